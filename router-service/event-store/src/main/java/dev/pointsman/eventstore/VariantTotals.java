package dev.pointsman.eventstore;

import org.jspecify.annotations.Nullable;

/**
 * What a variant cost and how long it took over all the inferences it served in a range of time,
 * pinned ones included.
 *
 * @param inferences inferences it served
 * @param priced those with a known cost; the others are not in {@code costNanos}
 * @param costNanos nano-dollars
 * @param duration whole time in microseconds
 * @param firstToken time to the first part of a streamed answer, null when none was streamed
 * @param overhead time not spent waiting for a provider
 */
public record VariantTotals(
    String variant,
    long inferences,
    long priced,
    long costNanos,
    Quantiles duration,
    @Nullable Quantiles firstToken,
    Quantiles overhead) {

  /** Exact quantiles in microseconds. */
  public record Quantiles(double p50, double p90, double p95, double p99) {}
}
