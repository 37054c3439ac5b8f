package dev.pointsman.analysis.offpolicy;

/**
 * A two-sided interval around an estimate.
 *
 * @param lower the lower end
 * @param upper the upper end
 */
public record Interval(double lower, double upper) {

  /** Whether the interval contains a value. */
  public boolean contains(double value) {
    return lower <= value && value <= upper;
  }
}
