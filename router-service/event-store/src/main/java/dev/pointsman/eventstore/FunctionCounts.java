package dev.pointsman.eventstore;

import java.time.Instant;

/**
 * How much a function was used in a range of time.
 *
 * @param inferences admitted inferences
 * @param decisions those that drew a variant
 * @param failed those that nothing could answer
 * @param unpriced those whose cost is unknown; they are not in {@code costNanos}
 * @param costNanos nano-dollars of the others
 * @param lastStartedAt when the last one came
 */
public record FunctionCounts(
    String functionName,
    long inferences,
    long decisions,
    long failed,
    long unpriced,
    long costNanos,
    Instant lastStartedAt) {}
