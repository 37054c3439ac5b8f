package dev.pointsman.eventlog;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pointsman.eventlog.testing.Events;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class SpoolInspectionTest {

  @TempDir Path directory;

  private void fill(int events, long segmentBytes) {
    try (EventLog log =
        EventLog.open(
            directory,
            new EventLog.Settings(
                EventLog.Durability.OS, 1L << 30, segmentBytes, 1L << 20, 1 << 12))) {
      for (int i = 1; i <= events; i++) {
        log.append(Events.config(i));
      }
    }
  }

  private List<Path> segments() throws Exception {
    try (Stream<Path> files = Files.list(directory)) {
      return files.filter(file -> file.toString().endsWith(".spool")).sorted().toList();
    }
  }

  @Test
  void of_soundSpool_countsEveryRecordAndHandsOutThoseBehindTheMark() throws Exception {
    fill(40, 2_000);
    List<Event> events = new ArrayList<>();

    SpoolInspection found = SpoolInspection.of(directory, 37, events::add);

    assertThat(found.segments()).isGreaterThan(2);
    assertThat(found.firstSeq()).isEqualTo(1);
    assertThat(found.lastSeq()).isEqualTo(40);
    assertThat(found.records()).isEqualTo(40);
    assertThat(found.damages()).isEmpty();
    assertThat(found.tornBytes()).isZero();
    assertThat(events).containsExactly(Events.config(38), Events.config(39), Events.config(40));
  }

  @Test
  void of_missingOrEmptyDirectory_findsNothing() throws Exception {
    SpoolInspection found = SpoolInspection.of(directory.resolve("none"), 0, event -> {});

    assertThat(found.records()).isZero();
    assertThat(found.lastSeq()).isZero();
  }

  @Test
  void of_flippedByteInAnOldSegment_namesTheRecord() throws Exception {
    fill(40, 2_000);
    Path second = segments().get(1);
    try (RandomAccessFile file = new RandomAccessFile(second.toFile(), "rw")) {
      file.seek(60);
      int before = file.read();
      file.seek(60);
      file.write(before ^ 1);
    }

    SpoolInspection found = SpoolInspection.of(directory, 0, event -> {});

    assertThat(found.records()).isEqualTo(39);
    assertThat(found.damages())
        .containsExactly(new SpoolInspection.Damage(second, Segment.firstSeqOf(second), 1));
  }

  @Test
  void of_tornTail_isNoDamageAndIsMeasured() throws Exception {
    fill(5, 1 << 20);
    Path last = segments().getLast();
    Files.write(last, new byte[] {0, 0, 1, 0, 9, 9, 9}, StandardOpenOption.APPEND);
    byte[] before = Files.readAllBytes(last);

    SpoolInspection found = SpoolInspection.of(directory, 0, event -> {});

    assertThat(found.damages()).isEmpty();
    assertThat(found.tornBytes()).isEqualTo(7);
    assertThat(found.records()).isEqualTo(5);
    assertThat(Files.readAllBytes(last)).isEqualTo(before);
  }

  @Test
  void of_numbersLeftOut_isNoDamage() throws Exception {
    fill(5, 1 << 20);
    try (EventLog log =
        EventLog.open(directory, new EventLog.Settings(EventLog.Durability.OS, 1L << 30))) {
      log.cursor("store", 100);
      log.append(Events.config(101));
    }

    SpoolInspection found = SpoolInspection.of(directory, 0, event -> {});

    assertThat(found.damages()).isEmpty();
    assertThat(found.lastSeq()).isEqualTo(101);
  }
}
