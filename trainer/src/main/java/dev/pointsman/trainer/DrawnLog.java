package dev.pointsman.trainer;

import dev.pointsman.analysis.offpolicy.PairedDecision;
import dev.pointsman.catalog.Experimentation;
import dev.pointsman.catalog.FunctionCatalog;
import dev.pointsman.eventstore.DrawnDecision;
import dev.pointsman.eventstore.EventStore;
import dev.pointsman.eventstore.RewardRule;
import dev.pointsman.routing.LoggedInputs;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Decisions of a function in order, as the checks of its log take them: of the last generation among
 * them, without dollars, and with what served as the challenger. Where judges score all decisions
 * the mean score is the quality: what the checks need is there on all rows, and a changed judge shows.
 *
 * @param generation the one that decided, empty where no policy did
 * @param arms the arms' names
 */
record DrawnLog(String generation, List<String> arms, List<PairedDecision> decisions) {

  /** A decision with the mean of its scores, null where it has none. */
  private record Scored(DrawnDecision row, @Nullable Double score) {}

  /**
   * Reads a part.
   *
   * @param to behind the last moment; all before it must have matured
   */
  static DrawnLog read(
      EventStore store,
      FunctionCatalog catalog,
      String function,
      Experimentation.Learned learned,
      Instant from,
      Instant to,
      Instant now) {
    List<RewardRule> judges =
        learned.rules().surrogates().stream()
            .map(metric -> RewardRules.of(catalog, function, learned, metric))
            .toList();
    List<Scored> rows = new ArrayList<>();
    store
        .functions()
        .drawn(
            RewardRules.of(catalog, function, learned),
            judges,
            from,
            to,
            now,
            (row, scores) -> {
              if (row.draw().chosenArm() >= 0) {
                rows.add(new Scored(row, mean(scores)));
              }
            });
    // What an earlier generation did is no measure of the one that serves.
    String generation = rows.isEmpty() ? "" : rows.getLast().row().draw().generation();
    rows.removeIf(scored -> !scored.row().draw().generation().equals(generation));
    Set<DrawnDecision.Draw> draws = Collections.newSetFromMap(new IdentityHashMap<>());
    rows.forEach(scored -> draws.add(scored.row().draw()));
    TreeSet<String> arms = new TreeSet<>(learned.settings().candidates());
    draws.forEach(draw -> arms.addAll(draw.candidates()));
    Shapes shapes =
        new Shapes(List.copyOf(arms), learned.attribution().onError(), !judges.isEmpty());
    return new DrawnLog(generation, shapes.arms, rows.stream().map(shapes::decision).toList());
  }

  private static @Nullable Double mean(List<@Nullable Double> scores) {
    double sum = 0;
    int given = 0;
    for (Double score : scores) {
      if (score != null) {
        sum += score;
        given++;
      }
    }
    return given == 0 ? null : sum / given;
  }

  /** What decisions that were drawn alike have in common, by arm, is made once. */
  private static final class Shapes {
    private final List<String> arms;
    private final double onError;
    private final boolean judged;
    private final Map<DrawnDecision.Draw, PairedDecision> shapes = new IdentityHashMap<>();

    Shapes(List<String> arms, double onError, boolean judged) {
      this.arms = arms;
      this.onError = onError;
      this.judged = judged;
    }

    PairedDecision decision(Scored scored) {
      DrawnDecision row = scored.row();
      PairedDecision shape = shapes.computeIfAbsent(row.draw(), this::shape);
      Double quality =
          row.reward() == null && row.failed() ? Double.valueOf(onError) : row.reward();
      boolean answered = row.reward() != null && !row.filled();
      boolean ruled = quality != null && !answered;
      return new PairedDecision(
          row.episodeId().toString(),
          shape.segment(),
          shape.lane(),
          shape.laneShares(),
          shape.arm(),
          shape.eligible(),
          shape.propensities(),
          shape.serving(),
          shape.challenger(),
          judged && !ruled ? scored.score() : quality,
          judged && !ruled ? scored.score() != null : answered,
          row.failed(),
          null);
    }

    private PairedDecision shape(DrawnDecision.Draw draw) {
      boolean[] logged =
          new LoggedInputs(draw.candidates(), draw.exclusions(), draw.segment(), Map.of())
              .eligible();
      boolean[] eligible = new boolean[arms.size()];
      for (int at = 0; at < logged.length; at++) {
        eligible[arms.indexOf(draw.candidates().get(at))] = logged[at];
      }
      double[] serving = byArm(draw.candidates(), draw.policyProbabilities());
      return new PairedDecision(
          "",
          draw.segment(),
          draw.lane(),
          draw.laneShares(),
          arms.indexOf(draw.chosenVariant()),
          eligible,
          byArm(draw.candidates(), draw.propensities()),
          serving,
          serving,
          null,
          false,
          false,
          null);
    }

    private double[] byArm(List<String> candidates, double[] vector) {
      double[] result = new double[arms.size()];
      for (int at = 0; at < vector.length; at++) {
        result[arms.indexOf(candidates.get(at))] = vector[at];
      }
      return result;
    }
  }
}
