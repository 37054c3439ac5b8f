package dev.pointsman.eventlog;

import java.time.Instant;
import java.util.UUID;

/**
 * A configuration was seen for the first time; every row's {@code config_hash} leads here.
 *
 * @param configHash hash of the configuration by content
 * @param text the files, one after the other, without secrets
 */
public record ConfigEvent(UUID id, Instant at, String configHash, String text) implements Event {

  /** Cuts the time to microseconds. */
  public ConfigEvent {
    at = Event.micros(at);
  }
}
