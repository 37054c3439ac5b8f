package dev.pointsman.eventstore;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * Sums over inferences of every kind, by the time they started. A row's variant is the one that
 * served; what nothing served has none.
 *
 * @param start the bucket's start, null when all of them were added up
 * @param first the value of the first dimension asked for, empty when unknown or not asked for
 * @param second the value of the second one
 * @param inputTokens Σ where known; the count is of those
 * @param outputTokens Σ where known; the count is of those
 * @param costNanos Σ nano-dollars where known; the count is of those
 * @param costSumSquares Σ of their squares
 * @param baselineCostNanos Σ where cost and baseline's cost are both known
 * @param comparedCostNanos Σ of the cost over the same; the count is of those
 */
public record UsageSums(
    @Nullable Instant start,
    String first,
    String second,
    long inferences,
    long decisions,
    long answered,
    long failed,
    long abandoned,
    long truncated,
    long fallbacks,
    long streams,
    long cacheHits,
    long cacheMisses,
    long attempts,
    long inputTokens,
    long inputTokensCount,
    long outputTokens,
    long outputTokensCount,
    long cachedInputTokens,
    long costNanos,
    long costCount,
    double costSumSquares,
    long baselineCostNanos,
    long comparedCostNanos,
    long comparedCount,
    long durationMicros,
    Instant lastStartedAt) {

  /** Inferences whose cost is unknown. */
  public long unpriced() {
    return inferences - costCount;
  }
}
