package dev.pointsman.gateway.dialect;

import dev.pointsman.eventlog.InferenceEvent.Tokens;
import org.jspecify.annotations.Nullable;

/**
 * What an answer used, as the caller is told.
 *
 * @param tokens as the provider reported them; estimates are not passed on
 * @param costNanos nano-dollars, null when unknown
 */
public record AnswerUsage(Tokens tokens, @Nullable Long costNanos) {}
