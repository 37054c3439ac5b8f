package dev.pointsman.gateway.operations;

import dev.pointsman.eventlog.EventLog;
import org.jspecify.annotations.Nullable;

/**
 * The log's state in words.
 *
 * @param problem what is wrong and how to mend it, null when all is well
 * @param objection the same, if it keeps this router from taking requests
 */
public record LogCondition(@Nullable String problem, @Nullable String objection) {

  /** Of the log's own figures. */
  public static LogCondition of(EventLog.Health health) {
    return switch (health.state()) {
      case OPEN -> new LogCondition(null, null);
      case SHEDDING ->
          new LogCondition(
              "the spool is nearly full and keeps no texts (%s): mend the event store so that it drains"
                  .formatted(fill(health)),
              null);
      case FULL ->
          closed(
              "the spool is full (%s): mend the event store so that it drains, or raise store.spool_max_bytes"
                  .formatted(fill(health)));
      case FAILING ->
          closed(
              "the disk of the spool refuses writes (%s): free or replace it"
                  .formatted(health.lastError()));
      case CLOSED -> closed("the log is closed: this router has stopped");
    };
  }

  private static LogCondition closed(String problem) {
    return new LogCondition(problem, problem);
  }

  private static String fill(EventLog.Health health) {
    return "%d of %d bytes, %d events behind"
        .formatted(health.storedBytes() + health.reservedBytes(), health.maxBytes(), health.lag());
  }
}
