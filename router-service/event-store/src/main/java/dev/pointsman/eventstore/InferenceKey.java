package dev.pointsman.eventstore;

import java.time.Instant;
import java.util.UUID;

/**
 * Where an inference stands among the others: by its time, then by its id.
 *
 * @param startedAt when it was admitted
 */
public record InferenceKey(Instant startedAt, UUID inferenceId) {

  /** Before every inference. */
  public static final InferenceKey FIRST = new InferenceKey(Instant.EPOCH, new UUID(0, 0));

  /** Behind everything up to a time. */
  public static InferenceKey until(Instant time) {
    return new InferenceKey(time, new UUID(-1, -1));
  }
}
