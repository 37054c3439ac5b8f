package dev.pointsman.eventlog;

import dev.pointsman.routing.PolicyRevision;
import java.time.Instant;
import java.util.UUID;

/**
 * A revision was published. It is in the log before the router uses it.
 *
 * @param id the event's id
 * @param revision what was published
 */
public record RevisionEvent(UUID id, PolicyRevision revision) implements Event {

  @Override
  public Instant at() {
    return revision.publishedAt();
  }
}
