package dev.pointsman.analysis.offpolicy;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * The rows of one outcome (quality or dollars) of a log, for the challenger, for the serving policy
 * and for their difference; row i of each is decision i.
 *
 * <p>The prediction q̂ of a row is fitted on all decisions before it and on none after. Where the
 * outcome is missing a row keeps its prediction and loses its correction, and the others of its
 * segment and arm make up for it: weights are divided by the rate ρ̂(s, a) at which outcomes are
 * known there. So outcomes may be missing at random within (segment, arm); the doubly robust
 * estimate is that of Robins, Rotnitzky and Zhao (1994) for a missing outcome. An outcome that a rule
 * gives (a failure's, or that of missing feedback) is never missing: it counts once, and is no part
 * of the rate.
 *
 * @param challenger rows of the challenger
 * @param serving rows of the serving policy
 * @param difference rows of the challenger minus the serving policy, see {@link
 *     EvaluationRow#difference}
 * @param observed how many have an outcome
 * @param calibrationSlope of the outcome on its prediction; 1 when predictions are calibrated, NaN
 *     when they do not vary
 */
public record PairedRows(
    List<EvaluationRow> challenger,
    List<EvaluationRow> serving,
    List<EvaluationRow> difference,
    int observed,
    double calibrationSlope) {

  public PairedRows {
    challenger = List.copyOf(challenger);
    serving = List.copyOf(serving);
    difference = List.copyOf(difference);
  }

  /**
   * The rows of quality, 0..1; before any is known ½ is expected.
   *
   * @param log in order of decision
   * @param leastPropensity below this logged chance an arm counts as unsupported
   */
  public static PairedRows ofQuality(List<PairedDecision> log, double leastPropensity) {
    return of(log, PairedDecision::quality, PairedDecision::ruled, 0.5, leastPropensity);
  }

  /** The same with every missing quality taken to be a value, for the worst and the best case. */
  public static PairedRows ofQualityIfMissing(
      List<PairedDecision> log, double missing, double leastPropensity) {
    return of(
        log,
        row -> row.quality() == null ? missing : row.quality(),
        row -> true,
        0.5,
        leastPropensity);
  }

  /** The rows of dollars; before any is known their mean over the log is expected. */
  public static PairedRows ofDollars(List<PairedDecision> log, double leastPropensity) {
    double mean =
        log.stream()
            .map(PairedDecision::dollars)
            .filter(java.util.Objects::nonNull)
            .mapToDouble(Double::doubleValue)
            .average()
            .orElse(0);
    return of(log, PairedDecision::dollars, row -> false, mean, leastPropensity);
  }

  private static PairedRows of(
      List<PairedDecision> log,
      Function<PairedDecision, @Nullable Double> outcome,
      Predicate<PairedDecision> ruled,
      double prior,
      double leastPropensity) {
    SegmentArmSums rates = new SegmentArmSums();
    for (PairedDecision row : log) {
      if (!ruled.test(row)) {
        rates.add(row.segment(), row.arm(), outcome.apply(row) == null ? 0 : 1);
      }
    }
    SegmentArmSums past = new SegmentArmSums();
    List<EvaluationRow> challenger = new ArrayList<>(log.size());
    List<EvaluationRow> serving = new ArrayList<>(log.size());
    List<EvaluationRow> difference = new ArrayList<>(log.size());
    Slope slope = new Slope();
    int observed = 0;
    for (PairedDecision row : log) {
      Double value = outcome.apply(row);
      double[] expected = new double[row.propensities().length];
      for (int arm = 0; arm < expected.length; arm++) {
        expected[arm] = past.mean(row.segment(), arm, prior);
      }
      double rate = ruled.test(row) ? 1 : Math.min(1, rates.mean(row.segment(), row.arm(), 1));
      double perWeight = value == null ? 0 : 1 / (row.propensities()[row.arm()] * rate);
      double reward = value == null ? 0 : value;
      challenger.add(row(row, row.challenger(), expected, perWeight, reward, leastPropensity));
      serving.add(row(row, row.serving(), expected, perWeight, reward, leastPropensity));
      EvaluationRow of = challenger.getLast();
      EvaluationRow minus = serving.getLast();
      difference.add(
          new EvaluationRow(
              row.episode(),
              of.weight() - minus.weight(),
              reward,
              of.direct() - minus.direct(),
              expected[row.arm()],
              0));
      if (value != null) {
        observed++;
        slope.add(expected[row.arm()], value);
        past.add(row.segment(), row.arm(), value);
      }
    }
    return new PairedRows(challenger, serving, difference, observed, slope.value());
  }

  private static EvaluationRow row(
      PairedDecision row,
      double[] policy,
      double[] expected,
      double perWeight,
      double reward,
      double leastPropensity) {
    double direct = 0;
    double unsupported = 0;
    for (int arm = 0; arm < policy.length; arm++) {
      direct += policy[arm] * expected[arm];
      unsupported += row.propensities()[arm] < leastPropensity ? policy[arm] : 0;
    }
    return new EvaluationRow(
        row.episode(),
        policy[row.arm()] * perWeight,
        reward,
        direct,
        expected[row.arm()],
        unsupported);
  }

  /** The slope of a regression line, by running moments. */
  private static final class Slope {
    private double n;
    private double meanX;
    private double meanY;
    private double squares;
    private double products;

    void add(double x, double y) {
      n++;
      double step = x - meanX;
      meanX += step / n;
      meanY += (y - meanY) / n;
      squares += step * (x - meanX);
      products += step * (y - meanY);
    }

    double value() {
      return squares > 1e-12 ? products / squares : Double.NaN;
    }
  }
}
