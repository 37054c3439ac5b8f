package dev.pointsman.control;

import io.micronaut.data.annotation.Id;
import io.micronaut.data.annotation.MappedEntity;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * Where a generation stands at the promotion gate, or how it went through it.
 *
 * @param generationId the generation that was registered as a challenger
 * @param functionName its function
 * @param incumbent the generation that served when it was registered
 * @param stage {@code shadow}, {@code evaluation}, {@code canary}, {@code ramp}, {@code promoted} or
 *     {@code rolled_back}
 * @param share the part of the policy's traffic that it serves, 0..1
 * @param since when the stage, or the share, was entered, UTC with microseconds
 * @param frozen whether a person has stopped all steps forward
 * @param forecast Δquality when the ramp began, as a JSON object; null before
 * @param outcome Δquality as it came after the promotion, as a JSON object; null while that is not
 *     settled
 * @param waitsFor what the next step waits for, as of the last look; null before the first
 * @param reason why it stands there, in a sentence
 */
@MappedEntity("gate_standing")
public record GateStanding(
    @Id String generationId,
    String functionName,
    String incumbent,
    String stage,
    double share,
    Instant since,
    boolean frozen,
    @Nullable String forecast,
    @Nullable String outcome,
    @Nullable String waitsFor,
    String reason) {}
