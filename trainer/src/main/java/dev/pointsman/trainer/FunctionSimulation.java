package dev.pointsman.trainer;

import dev.pointsman.analysis.offpolicy.Difference;
import dev.pointsman.analysis.offpolicy.Estimate;
import dev.pointsman.analysis.offpolicy.OffPolicyEstimator;
import dev.pointsman.analysis.offpolicy.PairedDecision;
import dev.pointsman.analysis.offpolicy.PairedEvaluation;
import dev.pointsman.analysis.offpolicy.PairedRows;
import dev.pointsman.analysis.offpolicy.PromotionRule;
import dev.pointsman.catalog.FunctionCatalog;
import dev.pointsman.eventstore.EventStore;
import dev.pointsman.trainer.GateSimulation.End;
import dev.pointsman.trainer.GateSimulation.Plan;
import dev.pointsman.trainer.GateState.Stage;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;

/**
 * What the promotion gate would do with a function's own traffic: how often it lets in what it should
 * not, how long it takes to find what is better, and what exploring costs meanwhile.
 *
 * @param function the function
 * @param metric the quality
 * @param decisions matured decisions that requests were drawn from
 * @param outcomes of these with feedback
 * @param days between the first and the last of them
 * @param outcomesPerDay feedbacks between two looks
 * @param mostDays after so many looks a simulation ends
 * @param runs challengers of each kind
 * @param seed of the first of them
 * @param margin how much quality may be lost
 * @param canary the challenger's share while it is tried
 * @param kinds what was planted and what came of it
 * @param exploration what exploring costs
 */
public record FunctionSimulation(
    String function,
    String metric,
    int decisions,
    int outcomes,
    double days,
    int outcomesPerDay,
    int mostDays,
    int runs,
    long seed,
    double margin,
    double canary,
    List<Kind> kinds,
    Exploration exploration) {

  /** More feedbacks a day than these are simulated as these. */
  static final int MOST_A_DAY = 20_000;

  /** No simulation sees more feedbacks than these, but for those of the gate's five looks. */
  static final int MOST_OUTCOMES = 100_000;

  /** No simulation is longer. */
  static final int MOST_DAYS = 180;

  private static final int LEAST_LOOKS = 8;
  private static final double ALPHA = 0.05;
  private static final double TWO_POINTS = 0.02;

  /**
   * One kind of challenger.
   *
   * @param name what was planted, in words
   * @param difference the Δquality that was planted; less than what was asked for where the serving
   *     policy has no clear first choice that could be changed
   * @param promoted share that was promoted, 0..1
   * @param rolledBack share that was rolled back
   * @param medianDays median number of days to the promotion of those promoted, null without any
   */
  public record Kind(
      String name,
      double difference,
      double promoted,
      double rolledBack,
      @Nullable Integer medianDays) {}

  /**
   * What the first choice of the serving policy, always taken, would change against what was served:
   * what uniform slice, holdout and exploring cost together. NaN where unknown.
   *
   * @param quality points of 0..1 per request
   * @param qualityError its standard error
   * @param dollarsPerThousand dollars per 1,000 requests; negative where exploring costs money
   * @param utility points per request at the configured cost weight
   */
  public record Exploration(
      double quality, double qualityError, double dollarsPerThousand, double utility) {}

  public FunctionSimulation {
    kinds = List.copyOf(kinds);
  }

  /**
   * Simulates. Takes seconds; not for a request thread.
   *
   * @param settings of the gate
   * @param runs challengers of each kind, at least 1
   * @param now decides what is matured
   * @throws EvaluationRefusedException if there is no log to draw from
   */
  public static FunctionSimulation of(
      EventStore store,
      FunctionCatalog catalog,
      String functionName,
      GateSettings settings,
      int runs,
      long seed,
      Instant now) {
    if (runs < 1) {
      throw new IllegalArgumentException("runs must be at least 1: " + runs);
    }
    ChallengerEvaluator.DecisionLog log =
        new ChallengerEvaluator(store, catalog).log(functionName, now);
    double costWeight = log.learned().settings().weights().cost();
    GateSimulation simulation;
    try {
      simulation =
          new GateSimulation(
              log.decisions(), settings, new PromotionRule(settings.margin(), costWeight, ALPHA));
    } catch (IllegalArgumentException noFeedback) {
      throw new EvaluationRefusedException(
          "%s: %s".formatted(functionName, noFeedback.getMessage()));
    }
    int outcomes =
        Math.toIntExact(log.decisions().stream().filter(row -> row.quality() != null).count());
    double days = Math.max(1, Duration.between(log.from(), log.to()).toSeconds()) / 86_400.0;
    int perDay = (int) Math.max(1, Math.min(MOST_A_DAY, Math.round(outcomes / days)));
    int mostDays = Math.max(LEAST_LOOKS, Math.min(MOST_DAYS, MOST_OUTCOMES / perDay));
    double saved = meanDollars(log.decisions()) / 10;
    Trial trial = new Trial(simulation, perDay, mostDays, runs, seed);
    List<Kind> kinds =
        new java.util.ArrayList<>(
            List.of(
                trial.of("equal, at the same cost (A/A)", 0, 0),
                trial.of("better by 2 points, at the same cost", TWO_POINTS, 0)));
    if (saved > 0) {
      kinds.add(1, trial.of("worse by the margin, a tenth cheaper", -settings.margin(), saved));
    }
    return new FunctionSimulation(
        functionName,
        log.metric(),
        log.decisions().size(),
        outcomes,
        days,
        perDay,
        mostDays,
        runs,
        seed,
        settings.margin(),
        settings.canary(),
        kinds,
        exploration(log.decisions(), costWeight));
  }

  private record Trial(GateSimulation simulation, int perDay, int mostDays, int runs, long seed) {
    Kind of(String name, double difference, double saved) {
      Plan plan = new Plan(difference, saved, perDay, perDay * mostDays);
      List<End> ends =
          LongStream.range(0, runs).mapToObj(i -> simulation.run(plan, seed + i)).toList();
      List<Integer> promoted =
          ends.stream()
              .filter(end -> end.stage() == Stage.PROMOTED)
              .map(End::days)
              .sorted()
              .toList();
      return new Kind(
          name,
          ends.stream().mapToDouble(End::planted).average().orElse(0),
          (double) promoted.size() / runs,
          (double) ends.stream().filter(end -> end.stage() == Stage.ROLLED_BACK).count() / runs,
          promoted.isEmpty() ? null : promoted.get(promoted.size() / 2));
    }
  }

  private static double meanDollars(List<PairedDecision> log) {
    return log.stream()
        .map(PairedDecision::dollars)
        .filter(java.util.Objects::nonNull)
        .mapToDouble(Double::doubleValue)
        .average()
        .orElse(0);
  }

  /** The logged mixture stands where the serving policy would, so that lanes count too. */
  private static Exploration exploration(List<PairedDecision> log, double costWeight) {
    List<PairedDecision> served =
        log.stream()
            .map(
                row ->
                    new PairedDecision(
                        row.episode(),
                        row.segment(),
                        row.lane(),
                        row.laneShares(),
                        row.arm(),
                        row.eligible(),
                        row.propensities(),
                        row.propensities(),
                        row.challenger(),
                        row.quality(),
                        row.answered(),
                        row.failed(),
                        row.dollars()))
            .toList();
    OffPolicyEstimator.DoublyRobust estimator = new OffPolicyEstimator.DoublyRobust();
    Estimate quality =
        estimator.estimate(
            PairedRows.ofQuality(served, PairedEvaluation.LEAST_PROPENSITY).difference());
    PairedRows costs = PairedRows.ofDollars(served, PairedEvaluation.LEAST_PROPENSITY);
    double dollars =
        costs.observed() == 0
            ? Double.NaN
            : Difference.of(estimator.estimate(costs.difference()), ALPHA).value();
    return new Exploration(
        quality.value(),
        quality.standardError(),
        1e3 * dollars,
        costWeight == 0 ? quality.value() : quality.value() - costWeight * dollars);
  }
}
