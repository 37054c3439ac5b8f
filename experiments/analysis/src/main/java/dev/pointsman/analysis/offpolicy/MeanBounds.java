package dev.pointsman.analysis.offpolicy;

import org.apache.commons.math3.stat.StatUtils;
import org.apache.commons.statistics.distribution.TDistribution;

/**
 * One-sided lower bounds of the mean of independent values, each holding at one look with
 * probability 1 − δ. For an upper bound negate the values. The first two are guarantees at any n and
 * need the width R of the values' range; the third is approximate and needs no range.
 */
public final class MeanBounds {

  private MeanBounds() {}

  /** Hoeffding's bound: x̄ − R·√(ln(1/δ)/(2n)). */
  public static double hoeffding(double[] values, double range, double delta) {
    check(values, delta);
    return StatUtils.mean(values) - range * Math.sqrt(Math.log(1 / delta) / (2 * values.length));
  }

  /**
   * The empirical Bernstein bound of Maurer and Pontil (2009), s² being the sample variance:
   *
   * <pre>  x̄ − √(2 s² ln(2/δ)/n) − 7·R·ln(2/δ)/(3(n − 1))</pre>
   */
  public static double empiricalBernstein(double[] values, double range, double delta) {
    check(values, delta);
    int n = values.length;
    double log = Math.log(2 / delta);
    return StatUtils.mean(values)
        - Math.sqrt(2 * StatUtils.variance(values) * log / n)
        - 7 * range * log / (3 * (n - 1.0));
  }

  /** Student's bound: x̄ − t(1 − δ; n − 1)·s/√n. */
  public static double studentT(double[] values, double delta) {
    check(values, delta);
    int n = values.length;
    double t = TDistribution.of(n - 1.0).inverseSurvivalProbability(delta);
    return StatUtils.mean(values) - t * Math.sqrt(StatUtils.variance(values) / n);
  }

  private static void check(double[] values, double delta) {
    if (values.length < 2) {
      throw new IllegalArgumentException("values must be at least 2: " + values.length);
    }
    if (!(delta > 0 && delta < 1)) {
      throw new IllegalArgumentException("delta must lie between 0 and 1: " + delta);
    }
  }
}
