package dev.pointsman.routing;

import dev.pointsman.routing.features.RequestComplexity;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Whether a logged decision tells the truth about its chances. Written apart from {@link
 * DecisionSampler} on purpose: what the two have in common is the specification, not the code.
 */
public final class PropensityCheck {

  /** Shares and vectors are sums of a few rounded products. */
  private static final double TOLERANCE = 1e-12;

  private PropensityCheck() {}

  /**
   * What the policy says again about a logged decision.
   *
   * @param propensities the mixture over the logged lane shares, from the re-derived vectors; empty
   *     when nothing could be derived
   * @param discrepancies where it differs from the row, in words; empty when all is equal
   */
  @SuppressWarnings("ArrayRecordComponent") // shown, never compared
  public record Rederivation(double[] propensities, List<String> discrepancies) {

    /** Whether the policy's vector follows from the revision and the row's features. */
    public boolean equal() {
      return discrepancies.isEmpty();
    }
  }

  /**
   * Check 1: the propensities follow from the row alone.
   *
   * @param row the decision as logged
   * @param baselineVariant the logged baseline, null where there is none
   * @return the discrepancies, in words; empty when the row is right
   */
  public static List<String> check(Decision row, @Nullable String baselineVariant) {
    List<String> found = new ArrayList<>();
    if (row.kind() != DecisionKind.DECISION) {
      checkUndrawn(row, found);
      return found;
    }
    if (!shapesFit(row, found)) {
      return found;
    }
    Eligibility eligibility;
    try {
      eligibility = eligibility(row);
    } catch (IllegalArgumentException e) {
      found.add("exclusions: " + e.getMessage());
      return found;
    }
    checkVector("policy_probabilities", row.policyProbabilities(), eligibility.selectable(), found);
    checkFloors(row, eligibility, found);
    if (row.challengerProbabilities().length > 0) {
      checkVector(
          "challenger_probabilities",
          row.challengerProbabilities(),
          eligibility.selectable(),
          found);
    }
    double[] expected =
        propensities(
            row,
            eligibility,
            baselineVariant,
            row.policyProbabilities(),
            row.challengerProbabilities(),
            found);
    if (expected.length > 0) {
      compare("propensities", expected, row.propensities(), row.candidates(), TOLERANCE, found);
    }
    checkChoice(row, baselineVariant, eligibility, found);
    return found;
  }

  /**
   * Check 2: the policy's vector follows from the stored revision and the row's features, to the
   * last bit.
   *
   * @param routing the function with the policy rebuilt from the logged revision, and the prices of
   *     the logged price version
   */
  public static Rederivation rederive(FunctionRouting routing, Decision row) {
    List<String> found = new ArrayList<>();
    double[] nothing = {};
    if (row.kind() != DecisionKind.DECISION) {
      found.add("a row of kind %s has no vector to derive".formatted(row.kind().label()));
      return new Rederivation(nothing, found);
    }
    Policy policy = routing.policy();
    if (!policy.version().equals(row.version())) {
      found.add("policy: the row has %s, given was %s".formatted(row.version(), policy.version()));
      return new Rederivation(nothing, found);
    }
    if (!policy.candidates().equals(row.candidates())) {
      found.add(
          "candidates: the row has %s, the policy %s"
              .formatted(row.candidates(), policy.candidates()));
      return new Rederivation(nothing, found);
    }
    String tokens = row.features().get(Decision.INPUT_TOKENS);
    DecisionContext context;
    Eligibility eligibility;
    try {
      eligibility = eligibility(row);
      TextShift text = TextShift.ofFeatures(row.features(), row.candidates().size());
      String tier = row.features().get(Decision.COMPLEXITY);
      if (tier != null) {
        RequestComplexity.ofLabel(tier);
      }
      context =
          new DecisionContext(
              row.segment(),
              eligibility.selectable(),
              routing.prices(),
              Integer.parseInt(Objects.requireNonNullElse(tokens, "none")),
              row.features(),
              Double.parseDouble(row.features().getOrDefault(Decision.COST_PRICE, "0")),
              text);
    } catch (IllegalArgumentException e) {
      found.add(
          "the row's exclusions or its features input_tokens, cost_price, complexity,"
              + " text_shifts and text_tokens cannot be read: "
              + e.getMessage());
      return new Rederivation(nothing, found);
    }
    ArmProbabilities answer = policy.probabilities(context);
    double[] floors = ProbabilityFloors.applicable(answer.floors(), eligibility.selectable());
    double[] served = ProbabilityFloors.raise(answer.probabilities(), floors);
    List<String> names = row.candidates();
    compare("floors", floors, row.floors(), names, 0, found);
    compare("policy_probabilities", served, row.policyProbabilities(), names, 0, found);
    compareScores(answer.scores(), row, found);
    double[] challenged = rederiveChallenger(routing, row, context, found);
    double[] propensities =
        propensities(row, eligibility, routing.baselineVariant(), served, challenged, found);
    return new Rederivation(propensities, found);
  }

  private static double[] rederiveChallenger(
      FunctionRouting routing, Decision row, DecisionContext context, List<String> found) {
    Policy challenger = routing.challenger();
    if (row.challengerProbabilities().length == 0 || challenger == null) {
      // Without the challenger at hand the logged vector stands in, so that the mixture is whole.
      return row.challengerProbabilities();
    }
    String named = row.features().get(Decision.CHALLENGER);
    if (!challenger.version().name().equals(named)) {
      found.add(
          "challenger: the row has %s, given was %s".formatted(named, challenger.version().name()));
      return row.challengerProbabilities();
    }
    ArmProbabilities answer = challenger.probabilities(context);
    double[] floors = ProbabilityFloors.applicable(answer.floors(), context.selectable());
    double[] challenged = ProbabilityFloors.raise(answer.probabilities(), floors);
    compare(
        "challenger_probabilities",
        challenged,
        row.challengerProbabilities(),
        row.candidates(),
        0,
        found);
    return challenged;
  }

  private static void compareScores(@Nullable ArmScores scores, Decision row, List<String> found) {
    if (scores == null) {
      return;
    }
    List<String> names = row.candidates();
    compare(
        "predicted_quality", scores.predictedQuality(), row.predictedQuality(), names, 0, found);
    compare("utility", scores.utility(), row.utility(), names, 0, found);
    if (!Arrays.equals(scores.predictedCostNanos(), row.predictedCostNanos())) {
      found.add(
          "predicted_cost_nanos: expected %s, the row has %s"
              .formatted(
                  Arrays.toString(scores.predictedCostNanos()),
                  Arrays.toString(row.predictedCostNanos())));
    }
    if (!Objects.equals(scores.utilityWeight(), row.utilityWeight())) {
      found.add(
          "utility_weight: expected %s, the row has %s"
              .formatted(scores.utilityWeight(), row.utilityWeight()));
    }
    if (!Objects.equals(scores.gamma(), row.gamma())) {
      found.add("gamma: expected %s, the row has %s".formatted(scores.gamma(), row.gamma()));
    }
  }

  private static void checkUndrawn(Decision row, List<String> found) {
    String kind = row.kind().label();
    if (row.propensity() != null) {
      found.add(
          "propensity: a row of kind %s has none, but it is %s".formatted(kind, row.propensity()));
    }
    if (row.propensities().length > 0 || row.policyProbabilities().length > 0) {
      found.add(
          "propensities: a row of kind %s was not drawn and must have no vector".formatted(kind));
    }
    if (row.kind() == DecisionKind.STICKY && row.decidedBy() == null) {
      found.add("decided_by: a sticky row must name the inference that decided");
    }
  }

  private static boolean shapesFit(Decision row, List<String> found) {
    Map<String, Integer> lengths = new LinkedHashMap<>();
    lengths.put("exclusions", row.exclusions().size());
    lengths.put("floors", row.floors().length);
    lengths.put("policy_probabilities", row.policyProbabilities().length);
    lengths.put("propensities", row.propensities().length);
    if (row.challengerProbabilities().length > 0) {
      lengths.put("challenger_probabilities", row.challengerProbabilities().length);
    }
    if (row.utility().length > 0) {
      lengths.put("utility", row.utility().length);
    }
    int arms = row.candidates().size();
    try {
      TextShift.ofFeatures(row.features(), arms);
    } catch (IllegalArgumentException e) {
      found.add("features: " + e.getMessage());
    }
    lengths.forEach(
        (name, length) -> {
          if (length != arms) {
            found.add("%s: has %d entries for %d candidates".formatted(name, length, arms));
          }
        });
    for (int arm = 1; arm < arms; arm++) {
      if (row.candidates().get(arm - 1).compareTo(row.candidates().get(arm)) >= 0) {
        found.add("candidates: not in name order: " + row.candidates());
        break;
      }
    }
    return found.isEmpty();
  }

  /** E and Es of a row; TensorZero's draw also drops soft rules when only they hide all weight. */
  private static Eligibility eligibility(Decision row) {
    Eligibility logged = Eligibility.ofLogged(row.exclusions());
    return "dropped".equals(row.features().get(Decision.SOFT_EXCLUSIONS))
        ? new Eligibility(logged.eligible(), logged.eligible(), logged.eligibleCount(), true)
        : logged;
  }

  private static void checkVector(
      String name, double[] vector, boolean[] support, List<String> found) {
    double sum = 0;
    for (int arm = 0; arm < vector.length; arm++) {
      if (!(vector[arm] >= 0 && vector[arm] <= 1 + TOLERANCE)) {
        found.add("%s: not a probability: %s".formatted(name, vector[arm]));
      } else if (vector[arm] > 0 && !support[arm]) {
        found.add("%s: %s on an arm that may not be chosen".formatted(name, vector[arm]));
      }
      sum += vector[arm];
    }
    if (!(Math.abs(sum - 1) <= TOLERANCE)) {
      found.add("%s: sums to %s, not to 1".formatted(name, sum));
    }
  }

  private static void checkFloors(Decision row, Eligibility eligibility, List<String> found) {
    double sum = 0;
    for (int arm = 0; arm < row.floors().length; arm++) {
      double floor = row.floors()[arm];
      sum += floor;
      if (!(floor >= 0) || (floor > 0 && !eligibility.selectable()[arm])) {
        found.add("floors: %s on %s".formatted(floor, row.candidates().get(arm)));
      } else if (row.policyProbabilities()[arm] < floor - TOLERANCE) {
        found.add(
            "policy_probabilities: %s of %s is below its floor %s"
                .formatted(row.policyProbabilities()[arm], row.candidates().get(arm), floor));
      }
    }
    if (!(sum <= ProbabilityFloors.LARGEST_SUM + TOLERANCE)) {
      found.add("floors: sum to %s, more than %s".formatted(sum, ProbabilityFloors.LARGEST_SUM));
    }
  }

  /** The mixture that the row's shares say; empty, with the reason added, where they say none. */
  private static double[] propensities(
      Decision row,
      Eligibility eligibility,
      @Nullable String baselineVariant,
      double[] served,
      double[] challenged,
      List<String> found) {
    double[] result = new double[row.candidates().size()];
    if (row.stratum().equals(Decision.NO_EXPLORE)) {
      if (!row.laneShares().isEmpty()) {
        found.add(
            "lane_shares: the stratum no_explore has no lanes, but the row has "
                + row.laneShares());
      }
      result[greedyArm(row, eligibility, served)] = 1;
      return result;
    }
    if (!row.stratum().equals(Decision.MAIN)) {
      found.add("stratum: unknown: " + row.stratum());
      return new double[0];
    }
    double total = 0;
    for (Map.Entry<String, Double> lane : row.laneShares().entrySet()) {
      total += lane.getValue();
      if (!(lane.getValue() > 0)) {
        found.add("lane_shares: %s has share %s".formatted(lane.getKey(), lane.getValue()));
      }
      double[] vector =
          laneVector(lane.getKey(), row, eligibility, baselineVariant, served, challenged);
      if (vector.length == 0) {
        found.add("lane_shares: %s has a share but nothing to serve".formatted(lane.getKey()));
        return vector;
      }
      for (int arm = 0; arm < result.length; arm++) {
        result[arm] += lane.getValue() * vector[arm];
      }
    }
    if (!(Math.abs(total - 1) <= TOLERANCE)) {
      found.add("lane_shares: sum to %s, not to 1: %s".formatted(total, row.laneShares()));
    }
    return result;
  }

  /** The vector of a lane, empty where the lane cannot be. */
  private static double[] laneVector(
      String lane,
      Decision row,
      Eligibility eligibility,
      @Nullable String baselineVariant,
      double[] served,
      double[] challenged) {
    return switch (lane) {
      case "policy", "static" -> served;
      case "canary" -> challenged;
      case "uniform" -> uniform(eligibility);
      case "holdout" -> holdout(row, eligibility, baselineVariant);
      default -> new double[0];
    };
  }

  private static double[] uniform(Eligibility eligibility) {
    double[] result = new double[eligibility.eligible().length];
    for (int arm = 0; arm < result.length; arm++) {
      result[arm] = eligibility.eligible()[arm] ? 1.0 / eligibility.eligibleCount() : 0;
    }
    return result;
  }

  private static double[] holdout(
      Decision row, Eligibility eligibility, @Nullable String baselineVariant) {
    int arm = baselineVariant == null ? -1 : row.candidates().indexOf(baselineVariant);
    if (arm < 0 || !eligibility.eligible()[arm]) {
      return new double[0];
    }
    double[] result = new double[row.candidates().size()];
    result[arm] = 1;
    return result;
  }

  private static int greedyArm(Decision row, Eligibility eligibility, double[] served) {
    double[] values = row.utility().length > 0 ? row.utility() : served;
    int best = -1;
    for (int arm = 0; arm < values.length; arm++) {
      if (eligibility.selectable()[arm] && (best < 0 || values[arm] > values[best])) {
        best = arm;
      }
    }
    return Math.max(best, 0);
  }

  private static void checkChoice(
      Decision row, @Nullable String baselineVariant, Eligibility eligibility, List<String> found) {
    int chosen = row.candidates().indexOf(row.chosenVariant());
    if (chosen < 0) {
      found.add("chosen_variant: %s is no candidate".formatted(row.chosenVariant()));
      return;
    }
    Double propensity = row.propensity();
    if (propensity == null || propensity != row.propensities()[chosen]) {
      found.add(
          "propensity: %s, but the vector has %s for %s"
              .formatted(propensity, row.propensities()[chosen], row.chosenVariant()));
    }
    if (!(row.propensities()[chosen] > 0)) {
      found.add("chosen_variant: %s had no chance".formatted(row.chosenVariant()));
    }
    String lane = row.lane();
    if (row.stratum().equals(Decision.MAIN)) {
      if (lane == null || !row.laneShares().containsKey(lane)) {
        found.add("lane: %s is not among %s".formatted(lane, row.laneShares().keySet()));
        return;
      }
      double[] vector =
          laneVector(
              lane,
              row,
              eligibility,
              baselineVariant,
              row.policyProbabilities(),
              row.challengerProbabilities());
      if (vector.length > 0 && !(vector[chosen] > 0)) {
        found.add(
            "chosen_variant: the lane %s never serves %s".formatted(lane, row.chosenVariant()));
      }
    }
  }

  private static void compare(
      String name,
      double[] expected,
      double[] actual,
      List<String> candidates,
      double tolerance,
      List<String> found) {
    if (expected.length != actual.length) {
      found.add(
          "%s: expected %d entries, the row has %d"
              .formatted(name, expected.length, actual.length));
      return;
    }
    for (int arm = 0; arm < expected.length; arm++) {
      if (!(Math.abs(expected[arm] - actual[arm]) <= tolerance)) {
        found.add(
            "%s: %s expected for %s, the row has %s"
                .formatted(name, expected[arm], candidates.get(arm), actual[arm]));
      }
    }
  }
}
