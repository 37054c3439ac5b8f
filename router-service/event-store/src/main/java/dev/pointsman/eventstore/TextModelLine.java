package dev.pointsman.eventstore;

import java.time.Instant;

/**
 * A published text model without its body.
 *
 * @param model its id
 * @param provenance where it came from, as a JSON object
 */
public record TextModelLine(String model, Instant publishedAt, String provenance) {}
