package dev.pointsman.eventlog;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pointsman.eventlog.testing.Events;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class EventLogTest {

  private static final Duration SOON = Duration.ofSeconds(20);

  @TempDir Path directory;

  private static EventLog.Settings small() {
    return new EventLog.Settings(EventLog.Durability.FSYNC, 1 << 20, 4096, 1 << 20, 1024);
  }

  @Test
  void append_manyOverSeveralSegments_comeBackInOrderAfterReopening() throws Exception {
    try (EventLog log = EventLog.open(directory, small())) {
      for (int i = 1; i <= 20; i++) {
        assertThat(log.append(Events.inference(i))).isEqualTo(i);
      }
    }
    try (EventLog log = EventLog.open(directory, small());
        EventCursor cursor = log.cursor("store", 0)) {
      assertThat(log.append(Events.feedback(21, true))).isEqualTo(21);
      List<SpooledEvent> events = cursor.next(100, 1 << 20, SOON);
      assertThat(events).extracting(SpooledEvent::seq).startsWith(1L, 2L).endsWith(21L).hasSize(21);
      assertThat(events.get(6).event().id()).isEqualTo(Events.id(7));
    }
  }
}
