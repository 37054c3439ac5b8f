package dev.pointsman.analysis;

/**
 * Whether two streams of categories come from one distribution, looked at after every pair of values.
 *
 * <p>For a pair (x, y), one value of either stream, and any two distributions p and q that were chosen
 * before it,
 *
 * <pre>  e = p(x)·q(y) / (m(x)·m(y)),   m = (p + q)/2</pre>
 *
 * has an expectation of at most 1 when both values come from the same distribution, whatever that is
 * (Turner, Ly and Grünwald, 2021, arXiv 2106.02693, theorem 1: the expectations of p/m and q/m
 * average to 1, so their product is at most 1). p and q here are the shares so far, with half a value
 * added to each category. The product of all e is therefore a test martingale, and by Ville's
 * inequality it ever reaches 1/α with probability at most α.
 */
public final class CategoryShift {

  private static final double ADDED = 0.5;

  private final double[] first;
  private final double[] second;
  private long pairs;
  private double logProduct;
  private double greatest;

  /**
   * A test that has seen nothing.
   *
   * @param categories how many there are, at least 2
   */
  public CategoryShift(int categories) {
    if (categories < 2) {
      throw new IllegalArgumentException("at least 2 categories are needed: " + categories);
    }
    this.first = new double[categories];
    this.second = new double[categories];
  }

  /**
   * Takes a value of either stream.
   *
   * @param ofFirst category of the first stream's, from 0
   * @param ofSecond category of the second stream's
   */
  public void accept(int ofFirst, int ofSecond) {
    logProduct += gain(first, second, ofFirst) + gain(second, first, ofSecond);
    greatest = Math.max(greatest, logProduct);
    first[ofFirst]++;
    second[ofSecond]++;
    pairs++;
  }

  private double gain(double[] own, double[] other, int category) {
    double p = share(own, category);
    return StrictMath.log(p / ((p + share(other, category)) / 2));
  }

  private double share(double[] counts, int category) {
    return (counts[category] + ADDED) / (pairs + ADDED * counts.length);
  }

  /** Pairs seen. */
  public long pairs() {
    return pairs;
  }

  /** The least α at which the streams would have been told apart by now; holds at every look. */
  public double pValue() {
    return Math.exp(-greatest);
  }

  /**
   * The population stability index Σ (q − p)·ln(q/p), the size of a shift: by convention small below
   * 0.1 and large above 0.25.
   */
  public double stabilityIndex() {
    double sum = 0;
    for (int category = 0; category < first.length; category++) {
      double p = share(first, category);
      double q = share(second, category);
      sum += (q - p) * StrictMath.log(q / p);
    }
    return sum;
  }
}
