package dev.pointsman.routing;

/**
 * The Wilson score interval of a proportion: the values p that a z test of x successes in n does not
 * reject. It stays inside 0..1 and is sound at small n, but holds for one look only.
 *
 * @param lower the lower end
 * @param upper the upper end
 */
public record Wilson(double lower, double upper) {

  /**
   * The two-sided interval.
   *
   * @param successes x, 0..n; may be fractional
   * @param n number of trials; 0 gives the whole of 0..1
   * @param z standard errors; 1.96 for 95 % between both ends, 1.645 for 95 % below the upper end
   */
  public static Wilson interval(double successes, double n, double z) {
    if (!(n >= 0 && successes >= 0 && successes <= n)) {
      throw new IllegalArgumentException(
          "successes must lie between 0 and n: %s of %s".formatted(successes, n));
    }
    if (n == 0) {
      return new Wilson(0, 1);
    }
    double p = successes / n;
    double scale = 1 + z * z / n;
    double middle = (p + z * z / (2 * n)) / scale;
    double half = z * Math.sqrt(p * (1 - p) / n + z * z / (4 * n * n)) / scale;
    return new Wilson(Math.max(0, middle - half), Math.min(1, middle + half));
  }
}
