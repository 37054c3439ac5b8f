package dev.pointsman.control;

import io.micronaut.data.annotation.Id;
import io.micronaut.data.annotation.MappedEntity;
import java.time.Instant;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * One act of a person or of the trainer that changed what is served.
 *
 * @param id UUIDv7
 * @param at when, UTC with microseconds
 * @param actor who
 * @param action what was done, for example {@code generation.registered}
 * @param object what it was done to
 * @param beforeState the old state, null when there was none
 * @param afterState the new state, null when there is none
 * @param reason why, in a sentence
 */
@MappedEntity("audit_entry")
public record AuditEntry(
    @Id UUID id,
    Instant at,
    String actor,
    String action,
    String object,
    @Nullable String beforeState,
    @Nullable String afterState,
    String reason) {}
