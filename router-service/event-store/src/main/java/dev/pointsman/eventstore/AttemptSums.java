package dev.pointsman.eventstore;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * Sums over the calls of one provider for one model, by the time that their inferences started.
 *
 * @param start the bucket's start, null when all of them were added up
 * @param failed those that did not end well
 * @param rateLimited those answered with status 429
 * @param timeouts those that no answer came for in time
 * @param retries those that were not their inference's first
 * @param costNanos Σ nano-dollars where known; the count is of those
 */
public record AttemptSums(
    @Nullable Instant start,
    String provider,
    String model,
    long attempts,
    long failed,
    long rateLimited,
    long timeouts,
    long retries,
    long costNanos,
    long costCount) {}
