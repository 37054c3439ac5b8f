package dev.pointsman.eventlog;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class EventLogCrashTest {

  static final EventLog.Settings SETTINGS =
      new EventLog.Settings(EventLog.Durability.FSYNC, 1L << 30, 1 << 18, 1 << 20, 1 << 16);

  private static final int ROUNDS = 3;
  private static final int LINES_BEFORE_KILL = 2_000;

  @TempDir Path directory;

  @Test
  void kill_duringAppends_everyAcknowledgedEventIsThereOnce() throws Exception {
    Map<Long, String> acknowledged = new HashMap<>();
    for (int round = 0; round < ROUNDS; round++) {
      appendUntilKilled(round, acknowledged);

      Map<Long, String> found = readAll();
      assertThat(found).containsAllEntriesOf(acknowledged);
      assertThat(found.values()).doesNotHaveDuplicates();
    }
    assertThat(acknowledged).hasSizeGreaterThanOrEqualTo(ROUNDS * LINES_BEFORE_KILL);
  }

  private void appendUntilKilled(int round, Map<Long, String> acknowledged) throws Exception {
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                "-Xmx256m",
                "-cp",
                System.getProperty("java.class.path"),
                AppendingProcess.class.getName(),
                directory.toString(),
                "16",
                Integer.toString(round))
            .redirectError(ProcessBuilder.Redirect.DISCARD)
            .start();
    try (BufferedReader lines =
        new BufferedReader(
            new InputStreamReader(process.getInputStream(), StandardCharsets.US_ASCII))) {
      int read = 0;
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        String[] words = line.split(" ");
        if (words.length == 2 && words[1].length() == 36) {
          String before = acknowledged.put(Long.valueOf(words[0]), words[1]);
          assertThat(before).as("number %s was given twice", words[0]).isNull();
        }
        if (++read == 1) {
          assertThatThrownBy(() -> EventLog.open(directory, SETTINGS))
              .as("a second process on the directory")
              .isInstanceOf(UncheckedIOException.class)
              .hasMessageContaining("in use by another process");
        }
        if (read == LINES_BEFORE_KILL) {
          // By its handle: by the process itself the lines still on their way would be lost.
          process.toHandle().destroyForcibly();
        }
      }
      assertThat(read).as("lines of the child").isGreaterThanOrEqualTo(LINES_BEFORE_KILL);
    } finally {
      process.destroyForcibly().waitFor();
    }
  }

  private Map<Long, String> readAll() throws Exception {
    Map<Long, String> found = new HashMap<>();
    try (EventLog log = EventLog.open(directory, SETTINGS);
        EventCursor cursor = log.cursor("store", 0)) {
      long expected = 1;
      for (List<SpooledEvent> events = cursor.next(500, 1 << 20, Duration.ZERO);
          !events.isEmpty();
          events = cursor.next(500, 1 << 20, Duration.ZERO)) {
        for (SpooledEvent event : events) {
          assertThat(event.seq()).isEqualTo(expected++);
          found.put(event.seq(), event.event().id().toString());
        }
      }
      assertThat(log.health().lostRecords()).isZero();
      assertThat(log.health().lastSeq()).isEqualTo(expected - 1);
    }
    return found;
  }
}
