package dev.pointsman.report;

/**
 * A mean with its always-valid 95 % band: looking at it every day does not make it wrong.
 *
 * @param mean the mean; NaN while n is 0
 * @param low lower end of the band
 * @param high upper end of the band
 * @param n the number of values
 */
public record Estimate(double mean, double low, double high, long n) {

  /** No value yet. */
  public static final Estimate NONE = new Estimate(Double.NaN, Double.NaN, Double.NaN, 0);

  /** Whether there is a mean. */
  public boolean known() {
    return n > 0;
  }
}
