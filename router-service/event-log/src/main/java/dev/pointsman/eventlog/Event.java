package dev.pointsman.eventlog;

import java.time.Instant;
import java.util.UUID;

/**
 * One line of the log, holding what is stored and nothing finer: made again from what was stored it
 * is equal. Ids and times are minted before an event is made; storage writes them.
 */
public sealed interface Event
    permits InferenceEvent, FeedbackEvent, RevisionEvent, ChangeEvent, ConfigEvent, TextModelEvent {

  /** The event's own id (UUIDv7). */
  UUID id();

  /** When it happened, UTC with microseconds. */
  Instant at();

  /** A time as events hold it: what is below a microsecond is cut off. */
  static Instant micros(Instant time) {
    int below = time.getNano() % 1_000;
    return below == 0 ? time : time.minusNanos(below);
  }
}
