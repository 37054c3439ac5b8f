package dev.pointsman.analysis.offpolicy;

import dev.pointsman.analysis.AsymptoticConfidenceSequence;
import dev.pointsman.analysis.offpolicy.OffPolicyEstimator.DoublyRobust;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * How a challenger does by a metric that may not get worse, on the same decisions as its quality:
 * doubly robust estimates with bounds that hold at every look.
 *
 * <p>A bound must be <em>proved</em> to hold before anything is promoted. Bad answers are often rare,
 * and a log that holds none yet has no spread to compute an error from. So the standard error is at
 * least what it would be if the bound were just broken, as in a score test: with W = Σw²/Σ|w| the
 * weight of a typical row, N rows, and v = m(1 − m) for the least reward m that an absolute bound
 * allows or v = d for the greatest loss d that a relative one does,
 *
 * <pre>  se² ≥ v·W/N,</pre>
 *
 * and the lower bound lies W/N lower, as if one more answer had been bad. The first is exact for true
 * and false, and wide for numbers that vary less.
 *
 * <p>An absolute bound is violated only if the challenger is not certainly better than what serves:
 * what breaks it as well is no refuge.
 *
 * @param rule what is allowed
 * @param outcomes decisions with a value of the metric
 * @param challenger the challenger's reward, NaN and unbounded while there are too few outcomes
 * @param serving the reward of what serves, NaN then
 * @param change the challenger's reward minus that of what serves
 * @param state what may be concluded
 * @param sentence the figures in words, in the metric's own units
 */
public record GuardrailFinding(
    GuardrailRule rule,
    int outcomes,
    Difference challenger,
    double serving,
    Difference change,
    State state,
    String sentence) {

  /** With fewer outcomes nothing is estimated; concluded is nothing below {@link Overlap#LEAST_ESS}. */
  public static final int LEAST_OUTCOMES = 100;

  private static final DoublyRobust LEAD = new DoublyRobust();
  private static final Difference UNKNOWN =
      new Difference(
          Double.NaN, Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY, Double.POSITIVE_INFINITY);

  /** What may be concluded. */
  public enum State {
    /** It is proved to hold. */
    HOLDS,
    /** Neither is proved. */
    OPEN,
    /** It is proved to be broken. */
    VIOLATED
  }

  /**
   * The finding of a log.
   *
   * @param rewards the metric's reward of each decision, 0..1, null where no value came
   * @param alpha one minus the coverage of each bound
   */
  static GuardrailFinding of(
      GuardrailRule rule, List<PairedDecision> log, List<@Nullable Double> rewards, double alpha) {
    if (rewards.size() != log.size()) {
      throw new IllegalArgumentException(
          "guardrail %s has %d values for %d decisions"
              .formatted(rule.metric(), rewards.size(), log.size()));
    }
    List<PairedDecision> guarded = new ArrayList<>(log.size());
    for (int i = 0; i < rewards.size(); i++) {
      guarded.add(log.get(i).withQuality(rewards.get(i)));
    }
    PairedRows rows = PairedRows.ofQuality(guarded, PairedEvaluation.LEAST_PROPENSITY);
    if (rows.observed() < LEAST_OUTCOMES) {
      String few =
          text(
              "%s: %,d decisions have a value, %,d are needed; %s",
              rule.metric(), rows.observed(), LEAST_OUTCOMES, allowed(rule));
      return new GuardrailFinding(
          rule, rows.observed(), UNKNOWN, Double.NaN, UNKNOWN, State.OPEN, few);
    }
    Estimate value = LEAD.estimate(rows.challenger());
    Estimate difference = LEAD.estimate(rows.difference());
    Weights own = Weights.of(rows.challenger());
    Weights moved = Weights.of(rows.difference());
    boolean absolute = rule.limit() == GuardrailRule.Limit.ABSOLUTE;
    double least = absolute ? rule.leastReward() : 0;
    Difference challenger =
        bounded(value, least * (1 - least), absolute ? own : Weights.NONE, alpha);
    Difference change =
        bounded(difference, absolute ? 0 : rule.mostLoss(), absolute ? Weights.NONE : moved, alpha);
    double serving = LEAD.estimate(rows.serving()).value();
    return new GuardrailFinding(
        rule,
        rows.observed(),
        challenger,
        serving,
        change,
        Overlap.of(rows.challenger()).effectiveSampleSize() < Overlap.LEAST_ESS
            ? State.OPEN
            : state(rule, challenger, change),
        text(
            "%s %s, what serves %.4f, on %,d outcomes; %s",
            rule.metric(),
            figures(rule, challenger, change),
            rule.value(serving),
            rows.observed(),
            allowed(rule)));
  }

  private static State state(GuardrailRule rule, Difference challenger, Difference change) {
    return switch (rule.limit()) {
      case ABSOLUTE ->
          challenger.lower() >= rule.leastReward()
              ? State.HOLDS
              : challenger.upper() < rule.leastReward() && !(change.lower() > 0)
                  ? State.VIOLATED
                  : State.OPEN;
      case WORSE_BY ->
          change.lower() >= -rule.mostLoss()
              ? State.HOLDS
              : change.upper() < -rule.mostLoss() ? State.VIOLATED : State.OPEN;
    };
  }

  /**
   * The weights of rows.
   *
   * @param typical Σw²/Σ|w|, the weight of a typical row by its size; 0 where all are 0
   * @param rows how many
   */
  private record Weights(double typical, int rows) {

    static final Weights NONE = new Weights(0, 1);

    static Weights of(List<EvaluationRow> rows) {
      double sizes = 0;
      double squares = 0;
      for (EvaluationRow row : rows) {
        sizes += Math.abs(row.weight());
        squares += row.weight() * row.weight();
      }
      return new Weights(sizes == 0 ? 0 : squares / sizes, rows.size());
    }

    double perRow() {
      return typical / rows;
    }
  }

  /**
   * Bounds of an estimate, for whose loss the log may lack bad answers.
   *
   * @param spread of a bad answer of weight 1 where the bound is just broken
   */
  private static Difference bounded(
      Estimate estimate, double spread, Weights weights, double alpha) {
    double error = Math.max(estimate.standardError(), Math.sqrt(spread * weights.perRow()));
    if (!Double.isFinite(error) || estimate.episodes() < EstimateIntervals.BURN_IN_EPISODES) {
      return new Difference(
          estimate.value(), error, Double.NEGATIVE_INFINITY, Double.POSITIVE_INFINITY);
    }
    var bounds =
        AsymptoticConfidenceSequence.around(
            estimate.value(), error, estimate.episodes(), alpha, EstimateIntervals.TUNING_EPISODES);
    return new Difference(
        estimate.value(), error, bounds.lower() - weights.perRow(), bounds.upper());
  }

  /** Whether what is estimated is within the bound, proved or not. */
  public boolean seemsToHold() {
    return switch (rule.limit()) {
      case ABSOLUTE -> challenger.value() >= rule.leastReward();
      case WORSE_BY -> change.value() >= -rule.mostLoss();
    };
  }

  /** Whether there is an estimate, and it is outside the bound. */
  public boolean seemsBroken() {
    return !Double.isNaN(challenger.value()) && !seemsToHold();
  }

  private static String allowed(GuardrailRule rule) {
    return switch (rule.limit()) {
      case ABSOLUTE ->
          text("%s %s is allowed", rule.maximize() ? "at least" : "at most", rule.bound());
      case WORSE_BY -> text("worse by %s than what serves is allowed", rule.bound());
    };
  }

  private static String figures(GuardrailRule rule, Difference challenger, Difference change) {
    return switch (rule.limit()) {
      case ABSOLUTE ->
          text(
              "%.4f (%s, %s)",
              rule.value(challenger.value()),
              end(rule.value(rule.maximize() ? challenger.lower() : challenger.upper())),
              end(rule.value(rule.maximize() ? challenger.upper() : challenger.lower())));
      case WORSE_BY -> {
        double unit = (rule.maximize() ? 1 : -1) * (rule.high() - rule.low());
        yield text(
            "Δ %+.4f (%s, %s)",
            unit * change.value(),
            end(unit * (rule.maximize() ? change.lower() : change.upper())),
            end(unit * (rule.maximize() ? change.upper() : change.lower())));
      }
    };
  }

  private static String end(double value) {
    return Double.isFinite(value) ? text("%.4f", value) : "?";
  }

  private static String text(String format, Object... values) {
    return String.format(Locale.ROOT, format, values);
  }
}
