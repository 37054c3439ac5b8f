package dev.pointsman.analysis.offpolicy;

/**
 * The challenger's value minus the serving policy's, with its anytime bounds: they hold at every look
 * together, so a gate may look every day.
 *
 * @param value the doubly robust estimate of the paired difference
 * @param standardError its standard error
 * @param lower lower bound; −∞ before the burn-in
 * @param upper upper bound; +∞ before the burn-in
 */
public record Difference(double value, double standardError, double lower, double upper) {

  /** The difference of an estimate. */
  public static Difference of(Estimate estimate, double alpha) {
    return EstimateIntervals.anytime(estimate, alpha)
        .map(
            bounds ->
                new Difference(
                    estimate.value(), estimate.standardError(), bounds.lower(), bounds.upper()))
        .orElseGet(
            () ->
                new Difference(
                    estimate.value(),
                    estimate.standardError(),
                    Double.NEGATIVE_INFINITY,
                    Double.POSITIVE_INFINITY));
  }
}
