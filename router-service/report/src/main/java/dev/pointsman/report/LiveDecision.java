package dev.pointsman.report;

import java.time.Instant;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * One row of the live table.
 *
 * @param propensity the chance the chosen variant had; null unless the row is a decision
 * @param why lane and whether it explored, or the kind of row, in words
 * @param costNanos nano-dollars, null when unknown
 */
public record LiveDecision(
    Instant startedAt,
    UUID inferenceId,
    String segment,
    String chosenVariant,
    @Nullable Double propensity,
    String why,
    @Nullable Long costNanos,
    double durationMillis,
    String outcome) {}
