package dev.pointsman.eventlog;

import dev.pointsman.routing.TextPublication;
import java.time.Instant;
import java.util.UUID;

/**
 * A text model was published. It is in the log before a revision names it.
 *
 * @param id the event's id
 * @param publication what was published
 */
public record TextModelEvent(UUID id, TextPublication publication) implements Event {

  @Override
  public Instant at() {
    return publication.publishedAt();
  }
}
