package dev.pointsman.eventlog;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.pointsman.eventlog.testing.Events;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A file system that is really full, and one that is really read-only: small ones in memory. Only a
 * user who may mount can run this; {@code .ci/run} insists that it ran.
 */
final class FullDiskTest {

  private static final EventLog.Settings SETTINGS =
      new EventLog.Settings(EventLog.Durability.FSYNC, 1L << 30, 64 << 10, 1 << 20, 0);
  private static final Duration SOON = Duration.ofSeconds(20);

  @TempDir Path directory;
  private boolean mounted;

  private void mount(String options) throws Exception {
    mounted = run("mount", "-t", "tmpfs", "-o", options, "tmpfs", directory.toString());
    // A contributor need not be root to build. Where it counts nothing is skipped: .ci/run fails on
    // any test that was. The same failures are played by a fake of the files in EventLogTest.
    assumeTrue(mounted, "this user may not mount a file system");
  }

  @AfterEach
  void unmount() throws Exception {
    if (mounted) {
      assertThat(run("umount", directory.toString())).isTrue();
    }
  }

  private static boolean run(String... command) throws InterruptedException {
    try {
      return new ProcessBuilder(command)
              .redirectOutput(ProcessBuilder.Redirect.DISCARD)
              .redirectError(ProcessBuilder.Redirect.DISCARD)
              .start()
              .waitFor()
          == 0;
    } catch (IOException e) {
      // There is no such command here.
      return false;
    }
  }

  @Test
  void append_diskFull_failsWithoutTornDataAndGoesOnOnceThereIsRoom() throws Exception {
    mount("size=1m");
    Path filler = directory.resolve("filler");
    Files.write(filler, new byte[600 << 10]);
    Path spool = directory.resolve("spool");
    List<Event> acknowledged = new ArrayList<>();
    try (EventLog log = EventLog.open(spool, SETTINGS);
        EventCursor sink = log.cursor("store", 0)) {
      int n = 0;
      while (log.health().state() == EventLog.State.OPEN) {
        Event event = Events.inference(++n);
        try {
          log.append(event);
          acknowledged.add(event);
        } catch (AppendFailedException e) {
          assertThat(e).hasMessageContaining("No space left").hasMessageContaining("Free");
        }
      }
      assertThat(acknowledged).hasSizeGreaterThan(50);
      assertThat(log.health().state()).isEqualTo(EventLog.State.FAILING);
      assertThat(log.health().lastError()).contains("No space left");
      assertThat(log.health().failedRecords()).isEqualTo(1);

      Files.delete(filler);
      long end = System.nanoTime() + SOON.toNanos();
      while (log.health().state() != EventLog.State.OPEN && System.nanoTime() < end) {
        LockSupport.parkNanos(1_000_000);
      }
      assertThat(log.health().state()).isEqualTo(EventLog.State.OPEN);
      Event after = Events.inference(++n);
      assertThat(log.append(after)).isEqualTo(acknowledged.size() + 1);
      acknowledged.add(after);
      assertThat(sink.next(10_000, 1 << 24, SOON)).hasSameSizeAs(acknowledged);
    }

    try (EventLog log = EventLog.open(spool, SETTINGS);
        EventCursor cursor = log.cursor("store", 0)) {
      List<Object> found = new ArrayList<>();
      for (List<SpooledEvent> next = cursor.next(1000, 1 << 20, Duration.ZERO);
          !next.isEmpty();
          next = cursor.next(1000, 1 << 20, Duration.ZERO)) {
        next.forEach(event -> found.add(event.event().id()));
      }
      assertThat(found).isEqualTo(acknowledged.stream().map(Event::id).toList());
      assertThat(log.health().lostRecords()).isZero();
    }
  }

  @Test
  void open_readOnlyFileSystem_saysWhereAndWhy() throws Exception {
    mount("size=1m,ro");

    assertThatThrownBy(() -> EventLog.open(directory.resolve("spool"), SETTINGS))
        .isInstanceOf(UncheckedIOException.class)
        .hasMessageContaining(directory.toString())
        .hasMessageContaining("Read-only file system")
        .hasMessageContaining("writable");
  }
}
