package dev.pointsman.report;

import java.time.Instant;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * One row of the live table.
 *
 * @param kind {@code decision}, {@code sticky}, {@code pinned}, …
 * @param lane null where no lane was drawn
 * @param servedVariant the variant that answered, null when none did
 * @param propensity the chance the chosen variant had; null unless the row is a decision
 * @param why lane and whether it explored, or the kind of row, in words
 * @param keyId public id of the API key, null for anonymous callers
 * @param costNanos nano-dollars, null when unknown
 */
public record LiveDecision(
    Instant startedAt,
    UUID inferenceId,
    UUID episodeId,
    String functionName,
    String kind,
    String segment,
    @Nullable String lane,
    String chosenVariant,
    @Nullable String servedVariant,
    @Nullable Double propensity,
    boolean explored,
    String why,
    @Nullable String keyId,
    Map<String, String> tags,
    @Nullable Long costNanos,
    double durationMillis,
    String outcome) {}
