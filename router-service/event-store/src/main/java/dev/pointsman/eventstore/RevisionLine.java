package dev.pointsman.eventstore;

import java.time.Instant;

/**
 * A published revision without its statistics.
 *
 * @param provenance where it came from, as a JSON object
 */
public record RevisionLine(
    String functionName,
    String generation,
    long revision,
    Instant publishedAt,
    String provenance) {}
