package dev.pointsman.eventlog;

import java.time.Instant;
import java.util.UUID;

/** One line of the log. Ids and times are minted before an event is made; storage writes them. */
public sealed interface Event
    permits InferenceEvent, FeedbackEvent, RevisionEvent, ChangeEvent, ConfigEvent {

  /** The event's own id (UUIDv7). */
  UUID id();

  /** When it happened, UTC with microseconds. */
  Instant at();
}
