package dev.pointsman.control;

import io.micronaut.data.annotation.Id;
import io.micronaut.data.annotation.MappedEntity;
import java.time.Instant;

/**
 * What was learnt about a function's variants outside its log, from scores in a file. Kept apart from
 * the events, because every revision is computed from the events anew and no off-policy estimate may
 * see it: nobody drew these answers with a known probability.
 *
 * @param functionName the function; it has one at most
 * @param metric what the scores are values of; evidence of another metric counts for nothing
 * @param cells per segment and variant how much it counts and its mean reward, as a JSON array
 * @param provenance where it came from, as a JSON object: file, SHA-256, rows, settings
 * @param createdAt when it was taken in, UTC with microseconds; it ages from then on
 */
@MappedEntity("prior_evidence")
public record PriorEvidence(
    @Id String functionName, String metric, String cells, String provenance, Instant createdAt) {}
