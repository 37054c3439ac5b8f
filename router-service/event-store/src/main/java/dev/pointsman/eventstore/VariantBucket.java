package dev.pointsman.eventstore;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * {@link StatisticsRow}s of one chosen variant, summed over a longer bucket; the sums mean what they
 * mean there. A mean over none is unknown: divide only where the count is above 0.
 *
 * @param start the bucket's start
 * @param lane the lane, empty outside the main stratum; null when lanes were added up
 */
public record VariantBucket(
    Instant start,
    String variant,
    @Nullable String lane,
    long pulls,
    double expectedPulls,
    double pullVariance,
    long served,
    long inferences,
    long failed,
    long feedbacks,
    double rewardSum,
    double rewardSumSquares,
    long filled,
    long costNanos,
    long costCount,
    long baselineCostNanos,
    long comparedCostNanos,
    long comparedCount) {}
