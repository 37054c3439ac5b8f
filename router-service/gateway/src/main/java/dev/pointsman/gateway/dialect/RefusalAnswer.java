package dev.pointsman.gateway.dialect;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * A refusal on the wire.
 *
 * @param status the HTTP status
 * @param body JSON
 * @param retryAfter when to come back, null when that is no use
 */
@SuppressWarnings("ArrayRecordComponent") // handed straight on to the sink, never compared
public record RefusalAnswer(int status, byte[] body, @Nullable Duration retryAfter) {}
