package dev.pointsman.report;

import dev.pointsman.routing.Decision;
import dev.pointsman.routing.DecisionKind;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/** A decision in sentences, in the order in which it was made; read from the logged record alone. */
public final class DecisionComposition {

  private DecisionComposition() {}

  /** One sentence a step. */
  public static List<String> steps(Decision decision) {
    List<String> steps = new ArrayList<>();
    switch (decision.kind()) {
      case PINNED ->
          steps.add("The caller named %s; nothing was drawn.".formatted(decision.chosenVariant()));
      case STICKY ->
          steps.add(
              "A later inference of its episode: it follows the first one's choice, %s."
                  .formatted(decision.chosenVariant()));
      case FORCED ->
          steps.add(
              "No candidate was eligible; the listed fallback %s was taken."
                  .formatted(decision.chosenVariant()));
      case WORKFLOW -> steps.add("A workflow evaluation named the variant.");
      case CACHE_HIT -> steps.add("Answered from the cache before anything was decided.");
      case IMPORTED ->
          steps.add(
              "Imported from another system's log, which holds no propensities: no estimate uses"
                  + " it.");
      case DECISION -> compose(decision, steps);
    }
    return steps;
  }

  private static void compose(Decision decision, List<String> steps) {
    long excluded = decision.exclusions().stream().filter(text -> !text.isEmpty()).count();
    steps.add(
        "%d candidates, %s excluded%s."
            .formatted(
                decision.candidates().size(),
                excluded == 0 ? "none" : Long.toString(excluded),
                decision.segment().isEmpty() ? "" : "; segment " + decision.segment()));
    for (int arm = 0; arm < decision.exclusions().size(); arm++) {
      String exclusion = decision.exclusions().get(arm);
      if (!exclusion.isEmpty()) {
        steps.add("Excluded: %s (%s).".formatted(decision.candidates().get(arm), exclusion));
      }
    }
    if (decision.features().containsKey(Decision.SOFT_EXCLUSIONS)) {
      steps.add("Soft exclusions would have left none, so they were dropped.");
    }
    if (decision.version() != null) {
      steps.add(
          "Policy %s%s spread probability over them%s."
              .formatted(
                  decision.version().kind(),
                  decision.version().generation().isEmpty()
                      ? ""
                      : ", generation %s, revision %d"
                          .formatted(
                              decision.version().generation(), decision.version().revision()),
                  scoring(decision)));
    }
    String costPrice = decision.features().get(Decision.COST_PRICE);
    if (costPrice != null) {
      steps.add(
          costPrice.equals("0.0")
              ? "The dollar target was kept: the pacer's price λ was 0."
              : "The pacer's price λ was %s: it makes dollars weigh more until the target is kept."
                  .formatted(number(Double.parseDouble(costPrice))));
    }
    double highestFloor = 0;
    for (double floor : decision.floors()) {
      highestFloor = Math.max(highestFloor, floor);
    }
    if (highestFloor > 0) {
      steps.add(
          "Arms below their floor (up to %s) were raised to it, the others scaled down: F(π)."
              .formatted(number(highestFloor)));
    }
    if (decision.stratum().equals(Decision.NO_EXPLORE)) {
      steps.add("The function's explore_if was false: the best arm was taken, without lanes.");
    } else if (decision.laneShares().size() > 1) {
      steps.add("Lanes mixed to the propensities: %s.".formatted(shares(decision.laneShares())));
    }
    if (decision.lane() != null) {
      steps.add("The keyed draw fell into the lane %s.".formatted(decision.lane()));
    }
    steps.add(
        "The keyed race chose %s, which had probability %s over all lanes%s."
            .formatted(
                decision.chosenVariant(),
                decision.propensity() == null ? "unknown" : number(decision.propensity()),
                decision.explored() ? "; not the policy's favourite, so this explored" : ""));
  }

  private static String scoring(Decision decision) {
    if (decision.utilityWeight() == null) {
      return "";
    }
    return " by utility = quality − %s · dollars%s"
        .formatted(
            number(decision.utilityWeight()),
            decision.gamma() == null || decision.gamma() == 0
                ? ""
                : ", γ = " + number(decision.gamma()));
  }

  private static String shares(Map<String, Double> shares) {
    StringBuilder text = new StringBuilder();
    new TreeMap<>(shares)
        .forEach(
            (lane, share) ->
                text.append(text.isEmpty() ? "" : ", ")
                    .append(lane)
                    .append(' ')
                    .append(number(share)));
    return text.toString();
  }

  /** The word for why a live row went where it did. */
  static String why(DecisionKind kind, String lane, boolean explored) {
    if (kind != DecisionKind.DECISION) {
      return kind.label();
    }
    return explored ? lane + ", explored" : lane;
  }

  private static String number(double value) {
    return String.format(Locale.ROOT, value >= 100 ? "%.0f" : "%.4g", value);
  }
}
