package dev.pointsman.analysis;

/**
 * The Page–Hinkley detector of a fall in the mean of a stream: with the running mean x̄_t,
 *
 * <pre>  m_t = m_{t−1} + (x̄_t − x_t − δ),   PH_t = m_t − min_{s ≤ t} m_s</pre>
 *
 * and an alarm when PH exceeds a threshold. A rise is found by handing in the values negated. A
 * bucket of n values counts as n values at the bucket's mean.
 *
 * <p>For values of standard deviation 1 a false alarm comes about every exp(2δλ)/(2δ²) values;
 * {@link #STANDARD_DELTA} and {@link #STANDARD_THRESHOLD} give one in some 10⁵, and find a fall by
 * one standard deviation after about 27.
 */
public final class PageHinkley {

  /** The tolerance δ for values of standard deviation 1. */
  public static final double STANDARD_DELTA = 0.25;

  /** The threshold λ for values of standard deviation 1. */
  public static final double STANDARD_THRESHOLD = 20;

  private final double delta;
  private double count;
  private double sum;
  private double level;
  private double least;
  private long steps;
  private long leastAt;

  /**
   * A detector that has seen nothing.
   *
   * @param delta how far below the mean values may lie for ever without counting, at least 0
   */
  public PageHinkley(double delta) {
    if (!(delta >= 0)) {
      throw new IllegalArgumentException("delta must be at least 0: " + delta);
    }
    this.delta = delta;
  }

  /** Takes one value and returns the statistic after it. */
  public double accept(double value) {
    return accept(1, value);
  }

  /**
   * Takes a bucket and returns the statistic after it.
   *
   * @param n number of values, above 0
   * @param bucketSum their sum
   */
  public double accept(double n, double bucketSum) {
    count += n;
    sum += bucketSum;
    steps++;
    level += n * (sum / count) - bucketSum - n * delta;
    if (steps == 1 || level < least) {
      least = level;
      leastAt = steps;
    }
    return level - least;
  }

  /** PH: how far the level has risen from its lowest point. */
  public double statistic() {
    return level - least;
  }

  /** How many values (or buckets) lie before the suspected change: those up to the lowest point. */
  public long changePoint() {
    return leastAt;
  }
}
