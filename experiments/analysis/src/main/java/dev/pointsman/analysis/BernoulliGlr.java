package dev.pointsman.analysis;

import java.util.Optional;

/**
 * The generalised likelihood ratio test for one change in the mean of values in 0..1, over values in
 * time order or over buckets of them.
 *
 * <p>For n values with sum S and a split after the first s of them the statistic is
 *
 * <pre>  s·kl(m₁, m) + (n − s)·kl(m₂, m)  =  L(s, S₁) + L(n − s, S₂) − L(n, S)
 *   L(n, S) = S ln S + (n − S) ln(n − S) − n ln n</pre>
 *
 * where m₁, m₂ and m are the means before, after and over all, and kl is the Bernoulli relative
 * entropy in nats. The greatest value over all splits is compared with ln(3·n^1.5/δ), which keeps
 * the chance of ever raising a false alarm, however often one looks, near δ. Values between 0 and 1
 * vary less than a coin of the same mean, so the test is conservative for them.
 *
 * <p>A check is one pass over prefix sums. Values of x ln x at whole numbers, the usual case of
 * yes/no feedback, come from a table.
 */
public final class BernoulliGlr {

  /** The chance of a false alarm that the threshold is set for. */
  public static final double FALSE_ALARM = 0.01;

  /** The least number of values before a change point. */
  public static final int LEAST_BEFORE = 8;

  /** The least number of values after a change point. */
  public static final int LEAST_AFTER = 5;

  private static final double[] WHOLE = new double[8192];

  static {
    for (int i = 2; i < WHOLE.length; i++) {
      WHOLE[i] = i * StrictMath.log(i);
    }
  }

  private BernoulliGlr() {}

  /**
   * The split that the data speak for most.
   *
   * @param statistic the likelihood ratio, in nats
   * @param split how many buckets (or values) lie before the change
   * @param countBefore number of values before it
   * @param sumBefore their sum
   * @param countAfter number of values after it
   * @param sumAfter their sum
   */
  public record Change(
      double statistic,
      int split,
      double countBefore,
      double sumBefore,
      double countAfter,
      double sumAfter) {

    /** The mean before the change. */
    public double meanBefore() {
      return sumBefore / countBefore;
    }

    /** The mean after the change. */
    public double meanAfter() {
      return sumAfter / countAfter;
    }

    /** Whether the statistic is above the threshold for its number of values. */
    public boolean isAlarm() {
      return statistic > threshold(countBefore + countAfter);
    }
  }

  /** ln(3·n^1.5 / 0.01): what the statistic of {@code n} values must exceed. */
  public static double threshold(double n) {
    return StrictMath.log(3 / FALSE_ALARM) + 1.5 * StrictMath.log(n);
  }

  /**
   * The strongest split of buckets in time order, empty when no split leaves enough values on both
   * sides.
   *
   * @param counts number of values per bucket
   * @param sums sum of the values per bucket, each value 0..1
   * @param length how many buckets of the arrays are used
   */
  public static Optional<Change> strongest(double[] counts, double[] sums, int length) {
    double n = 0;
    double sum = 0;
    for (int i = 0; i < length; i++) {
      n += counts[i];
      sum += sums[i];
    }
    if (n < LEAST_BEFORE + LEAST_AFTER) {
      return Optional.empty();
    }
    double whole = likelihood(n, sum);
    double best = Double.NEGATIVE_INFINITY;
    int split = -1;
    double bestCount = 0;
    double bestSum = 0;
    double before = 0;
    double sumBefore = 0;
    for (int i = 0; i < length - 1; i++) {
      before += counts[i];
      sumBefore += sums[i];
      if (before < LEAST_BEFORE) {
        continue;
      }
      if (n - before < LEAST_AFTER) {
        break;
      }
      double statistic =
          likelihood(before, sumBefore) + likelihood(n - before, sum - sumBefore) - whole;
      if (statistic > best) {
        best = statistic;
        split = i + 1;
        bestCount = before;
        bestSum = sumBefore;
      }
    }
    if (split < 0) {
      return Optional.empty();
    }
    return Optional.of(
        new Change(Math.max(0, best), split, bestCount, bestSum, n - bestCount, sum - bestSum));
  }

  /** The strongest split of single values, each 0..1, in time order. */
  public static Optional<Change> strongest(double[] values) {
    double[] ones = new double[values.length];
    java.util.Arrays.fill(ones, 1);
    return strongest(ones, values, values.length);
  }

  /** The greatest log-likelihood of n values with this sum; 0 when all are equal to 0 or to 1. */
  static double likelihood(double n, double sum) {
    return timesLog(sum) + timesLog(n - sum) - timesLog(n);
  }

  private static double timesLog(double x) {
    if (x <= 0) {
      // Rounding of fractional sums may leave a hair below zero.
      return 0;
    }
    int whole = (int) x;
    if (whole == x && whole < WHOLE.length) {
      return WHOLE[whole];
    }
    return x * StrictMath.log(x);
  }
}
