package dev.pointsman.eventlog;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.pointsman.eventlog.testing.Events;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.FutureTask;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

final class EventLogTest {

  private static final Duration SOON = Duration.ofSeconds(20);

  @TempDir Path directory;

  private static EventLog.Settings small() {
    return new EventLog.Settings(EventLog.Durability.FSYNC, 1 << 20, 4096, 1 << 20, 1024);
  }

  private static List<SpooledEvent> readNow(EventLog log, long afterSeq) throws Exception {
    return readAll(log.cursor("store", afterSeq), new ArrayList<>());
  }

  private static List<SpooledEvent> readAll(EventCursor cursor, List<SpooledEvent> into)
      throws Exception {
    for (List<SpooledEvent> events = cursor.next(7, 1 << 20, Duration.ZERO);
        !events.isEmpty();
        events = cursor.next(7, 1 << 20, Duration.ZERO)) {
      into.addAll(events);
    }
    return into;
  }

  private static List<Long> seqs(int count) {
    return LongStream.rangeClosed(1, count).boxed().toList();
  }

  private List<Path> segments() throws Exception {
    try (Stream<Path> files = Files.list(directory)) {
      return files.filter(file -> file.toString().endsWith(".spool")).sorted().toList();
    }
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

  @ParameterizedTest
  @EnumSource(EventLog.Durability.class)
  void append_byManyThreads_eachEventIsThereOnce(EventLog.Durability durability) throws Exception {
    EventLog.Settings settings = new EventLog.Settings(durability, 1 << 26, 1 << 16, 1 << 14, 4096);
    int threads = 32;
    int each = 20;
    Set<Long> numbers = ConcurrentHashMap.newKeySet();
    try (EventLog log = EventLog.open(directory, settings)) {
      try (ExecutorService callers = Executors.newVirtualThreadPerTaskExecutor()) {
        for (int t = 0; t < threads; t++) {
          long first = t * 1000L;
          callers.submit(
              () -> {
                for (int i = 0; i < each; i++) {
                  numbers.add(log.append(Events.inference(first + i)));
                }
              });
        }
      }
      assertThat(numbers).hasSize(durability == EventLog.Durability.NONE ? 1 : threads * each);
    }
    try (EventLog log = EventLog.open(directory, settings)) {
      List<SpooledEvent> events = readNow(log, 0);
      assertThat(events).hasSize(threads * each);
      Set<Object> ids = new HashSet<>();
      events.forEach(event -> ids.add(event.event().id()));
      assertThat(ids).hasSize(threads * each);
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void append_interruptedCaller_writesAndKeepsTheFlag(boolean virtual) throws Exception {
    try (EventLog log = EventLog.open(directory, small());
        EventLog.Reservation reservation = log.reserve(2000, 0)) {
      ConcurrentLinkedQueue<Object> seen = new ConcurrentLinkedQueue<>();
      Runnable caller =
          () -> {
            Thread.currentThread().interrupt();
            seen.add(reservation.append(Events.inference(1)));
            seen.add(Thread.currentThread().isInterrupted());
          };
      Thread thread =
          virtual ? Thread.ofVirtual().start(caller) : Thread.ofPlatform().start(caller);
      thread.join();

      assertThat(seen).containsExactly(1L, true);
      assertThat(readNow(log, 0)).hasSize(1);
    }
  }

  @Test
  void append_interruptedWhileTheQueueIsFull_writesAllTheSame() throws Exception {
    EventLog.Settings settings =
        new EventLog.Settings(EventLog.Durability.FSYNC, 1 << 20, 1 << 16, 1, 0);
    try (EventLog log = EventLog.open(directory, settings)) {
      List<Thread> threads = new ArrayList<>();
      for (int i = 0; i < 20; i++) {
        long n = i;
        threads.add(Thread.ofVirtual().start(() -> log.append(Events.inference(n))));
      }
      threads.forEach(Thread::interrupt);
      for (Thread thread : threads) {
        thread.join();
      }
      assertThat(readNow(log, 0)).hasSize(20);
    }
  }

  @Test
  void open_tornLastRecordAtEveryByte_keepsWhatIsWholeAndGoesOn() throws Exception {
    EventLog.Settings settings =
        new EventLog.Settings(EventLog.Durability.OS, 1 << 20, 1 << 20, 1 << 20, 0);
    try (EventLog log = EventLog.open(directory, settings)) {
      log.append(Events.config(1));
      log.append(Events.config(2));
      log.append(Events.config(3));
    }
    Path segment = segments().getFirst();
    byte[] whole = Files.readAllBytes(segment);
    int last = SpoolRecord.sizeOf(EventCodec.encode(Events.config(3)));
    for (int cut = 1; cut <= last; cut++) {
      for (Path file : segments()) {
        Files.delete(file);
      }
      // As of a file that grew, and as of one that had its zeros before.
      byte[] torn = Arrays.copyOf(whole, whole.length - cut);
      Files.write(segment, cut % 2 == 0 ? torn : Arrays.copyOf(torn, whole.length + 64));
      try (EventLog log = EventLog.open(directory, settings)) {
        assertThat(log.append(Events.config(4))).as("cut %s", cut).isEqualTo(3);
        assertThat(readNow(log, 0))
            .extracting(SpooledEvent::event)
            .containsExactly(Events.config(1), Events.config(2), Events.config(4));
      }
    }
  }

  @Test
  void open_aDirectoryInUse_saysSoAndLeavesTheFirstAlone() throws Exception {
    try (EventLog log = EventLog.open(directory, small())) {
      assertThatThrownBy(() -> EventLog.open(directory, small()))
          .isInstanceOf(UncheckedIOException.class)
          .hasMessageContaining(directory.toString())
          .hasMessageContaining("in use")
          .hasMessageContaining("store.data_directory");
      assertThat(log.append(Events.config(1))).isEqualTo(1);
    }
    EventLog.open(directory, small()).close();
  }

  @Test
  void open_aDirectoryThatIsAFile_saysSo() throws Exception {
    Path file = Files.writeString(directory.resolve("spool"), "x");

    assertThatThrownBy(() -> EventLog.open(file, small()))
        .isInstanceOf(UncheckedIOException.class)
        .hasMessageContaining(file.toString());
  }

  @Test
  void open_whereNothingMayBeWritten_saysSo() throws Exception {
    Path readOnly = Files.createDirectory(directory.resolve("read-only"));
    assertThat(readOnly.toFile().setWritable(false)).isTrue();
    // The super-user may write there in spite of it, but nobody may in the kernel's own files.
    Path unwritable = Files.isWritable(readOnly) ? Path.of("/proc/self/fdinfo") : readOnly;

    assertThatThrownBy(() -> EventLog.open(unwritable, small()))
        .isInstanceOf(UncheckedIOException.class)
        .hasMessageContaining("cannot be used")
        .hasMessageContaining("writable");
  }

  @Test
  void reserve_whenFull_isRefusedUntilTheSinkReleases() throws Exception {
    int size = SpoolRecord.sizeOf(EventCodec.encode(Events.config(1)));
    EventLog.Settings settings =
        new EventLog.Settings(EventLog.Durability.FSYNC, 3L * size, size, 1 << 20, 0);
    try (EventLog log = EventLog.open(directory, settings);
        EventCursor cursor = log.cursor("store", 0)) {
      log.append(Events.config(1));
      EventLog.Reservation admitted = log.reserve(size, 0);
      log.append(Events.config(2));
      assertThatThrownBy(() -> log.reserve(size, 0))
          .isInstanceOf(SpoolFullException.class)
          .hasMessageContaining("store.spool_max_bytes = " + 3 * size)
          .hasMessageContaining("Mend the event store");
      assertThatThrownBy(() -> log.append(Events.config(3))).isInstanceOf(SpoolFullException.class);
      assertThat(log.health().state()).isEqualTo(EventLog.State.FULL);
      // What was admitted still fits.
      assertThat(admitted.append(Events.config(3))).isEqualTo(3);
      assertThat(log.health().reservedBytes()).isZero();
      assertThat(log.health().storedBytes()).isEqualTo(3L * size);
      assertThat(log.health().lag()).isEqualTo(3);

      assertThat(cursor.next(2, 1 << 20, SOON)).hasSize(2);
      assertThat(cursor.next(2, 1 << 20, SOON)).hasSize(1);
      cursor.release(2);

      log.reserve(2 * size, 0).close();
      assertThat(log.health().state()).isEqualTo(EventLog.State.OPEN);
      assertThat(log.health().storedBytes()).isEqualTo(size);
      assertThat(log.health().lag()).isEqualTo(1);
      assertThat(segments()).hasSize(1);
    }
  }

  @Test
  void reserve_shedding_leavesTextsOutUntilThereIsRoom() throws Exception {
    InferenceEvent event = Events.inference(1);
    int whole = SpoolRecord.sizeOf(EventCodec.encode(event));
    int bare = SpoolRecord.sizeOf(EventCodec.encode(event.withoutTexts()));
    // Nine tenths hold one whole event, the rest one without texts.
    EventLog.Settings settings =
        new EventLog.Settings(EventLog.Durability.FSYNC, 10L * whole, 1 << 20, 1 << 20, 0)
            .withWhenFull(EventLog.WhenFull.SHED);
    try (EventLog log = EventLog.open(directory, settings);
        EventCursor cursor = log.cursor("store", 0)) {
      for (int i = 0; i < 9; i++) {
        log.reserve(bare, whole - bare).append(event);
      }
      assertThat(log.health().state()).isEqualTo(EventLog.State.OPEN);

      assertThat(log.reserve(bare, whole - bare).append(event)).isEqualTo(10);

      assertThat(log.health().state()).isEqualTo(EventLog.State.SHEDDING);
      assertThat(log.health().shedRecords()).isEqualTo(1);
      assertThatThrownBy(() -> log.reserve(whole, whole)).isInstanceOf(SpoolFullException.class);
      assertThat(log.health().state()).isEqualTo(EventLog.State.FULL);

      List<SpooledEvent> events = cursor.next(100, 1 << 20, SOON);
      assertThat(((InferenceEvent) events.get(8).event()).payload()).isNotNull();
      InferenceEvent shed = (InferenceEvent) events.get(9).event();
      assertThat(shed.payload()).isNull();
      assertThat(shed.attempts()).isNotEmpty().allMatch(a -> a.rawRequest() == null);
      assertThat(shed.decision()).isSameAs(event.decision());
      assertThat(shed.quantities()).isEqualTo(event.quantities());
      cursor.release(10);

      // Nobody has asked again, and it says all the same that there is room.
      assertThat(log.health().state()).isEqualTo(EventLog.State.OPEN);
      assertThat(log.reserve(bare, whole - bare).append(event)).isEqualTo(11);
      assertThat(log.health().shedRecords()).isEqualTo(1);
    }
  }

  @Test
  void append_feedbackWhileShedding_keepsItsText() throws Exception {
    FeedbackEvent comment = Events.feedback(1, true);
    int size = SpoolRecord.sizeOf(EventCodec.encode(comment));
    EventLog.Settings settings =
        new EventLog.Settings(EventLog.Durability.OS, size, 1 << 20, 1 << 20, 0)
            .withWhenFull(EventLog.WhenFull.SHED);
    try (EventLog log = EventLog.open(directory, settings)) {
      log.append(comment);

      assertThat(readNow(log, 0)).extracting(SpooledEvent::event).containsExactly(comment);
      assertThatThrownBy(() -> log.append(comment)).isInstanceOf(SpoolFullException.class);
    }
  }

  @ParameterizedTest
  @EnumSource(EventLog.Durability.class)
  void append_eachDurability_syncsAndReportsAsPromised(EventLog.Durability durability)
      throws Exception {
    FailingFiles disk = new FailingFiles();
    EventLog.Settings settings = new EventLog.Settings(durability, 1 << 20, 1 << 20, 1 << 20, 0);
    try (EventLog log = EventLog.open(directory, settings, disk)) {
      for (int i = 1; i <= 3; i++) {
        assertThat(log.append(Events.config(i)))
            .isEqualTo(durability == EventLog.Durability.NONE ? 0 : i);
      }
      EventCursor cursor = log.cursor("store", 0);
      for (int left = 3; left > 0; ) {
        left -= cursor.next(left, 1 << 20, SOON).size();
      }
      if (durability == EventLog.Durability.FSYNC) {
        assertThat(disk.syncs).hasValueGreaterThanOrEqualTo(3);
      } else {
        assertThat(disk.syncs).hasValue(0);
      }

      disk.writesFail = true;
      if (durability == EventLog.Durability.NONE) {
        assertThat(log.append(Events.config(4))).isZero();
        awaitState(log, EventLog.State.FAILING);
        assertThat(log.health().failedRecords()).isEqualTo(1);
      } else {
        assertThatThrownBy(() -> log.append(Events.config(4)))
            .isInstanceOf(AppendFailedException.class);
      }
    }
  }

  @Test
  void health_diskWorksAgain_saysSoWithoutAnAppend() throws Exception {
    FailingFiles disk = new FailingFiles();
    try (EventLog log = EventLog.open(directory, small(), disk)) {
      log.append(Events.config(1));
      disk.syncsFail = true;
      assertThatThrownBy(() -> log.append(Events.config(2)))
          .isInstanceOf(AppendFailedException.class);
      assertThat(log.health().state()).isEqualTo(EventLog.State.FAILING);
      disk.syncsFail = false;

      awaitState(log, EventLog.State.OPEN);
      assertThat(log.append(Events.config(3))).isEqualTo(2);
      assertThat(readNow(log, 0)).hasSize(2);
    }
    assertThat(disk.retried).hasValue(0);
    try (EventLog log = EventLog.open(directory, small())) {
      assertThat(readNow(log, 0))
          .extracting(SpooledEvent::event)
          .containsExactly(Events.config(1), Events.config(3));
      assertThat(log.health().lostRecords()).isZero();
    }
  }

  private static void awaitState(EventLog log, EventLog.State state) {
    long end = System.nanoTime() + SOON.toNanos();
    while (log.health().state() != state) {
      assertThat(System.nanoTime()).as("waiting for %s", state).isLessThan(end);
      LockSupport.parkNanos(1_000_000);
    }
  }

  @Test
  void append_clockSetBackAnHour_changesNeitherOrderNorNamesNorLag() throws Exception {
    EventLog.Settings settings =
        new EventLog.Settings(EventLog.Durability.OS, 1 << 20, 400, 1 << 20, 0);
    List<Instant> times = new ArrayList<>();
    try (EventLog log = EventLog.open(directory, settings)) {
      EventCursor cursor = log.cursor("store", 0);
      for (int i = 1; i <= 10; i++) {
        Instant at = Events.time(i).minus(Duration.ofHours(i > 5 ? 1 : 0));
        times.add(at);
        assertThat(log.append(new ConfigEvent(Events.id(i), at, "h", "t"))).isEqualTo(i);
      }
      assertThat(log.health().lag()).isEqualTo(10);
      assertThat(log.health().lagTime()).isBetween(Duration.ZERO, SOON);
      cursor.next(100, 1 << 20, SOON);
      cursor.release(5);
      assertThat(log.health().lag()).isEqualTo(5);
      assertThat(log.health().lagTime()).isBetween(Duration.ZERO, SOON);
    }
    List<Path> names = segments();
    assertThat(names).hasSizeGreaterThan(2).isSorted();
    try (EventLog log = EventLog.open(directory, settings)) {
      assertThat(log.append(Events.config(11))).isEqualTo(11);
      assertThat(readNow(log, 5))
          .extracting(event -> event.event().at())
          .startsWith(times.subList(5, 10).toArray(Instant[]::new));
      assertThat(log.health().lostRecords()).isZero();
    }
  }

  @Test
  void health_lag_isTheAgeOfTheOldestEventThatWaits() throws Exception {
    try (EventLog log = EventLog.open(directory, small())) {
      EventCursor cursor = log.cursor("store", 0);
      assertThat(log.health().lagTime()).isZero();
      long before = System.nanoTime();
      log.append(Events.config(1));
      assertThat(log.health().lagTime()).isPositive();
      assertThat(log.health().lagTime().toNanos()).isLessThanOrEqualTo(System.nanoTime() - before);

      cursor.next(1, 1 << 20, SOON);
      cursor.release(1);
      assertThat(log.health().lagTime()).isZero();
    }
  }

  @Test
  void reservation_closedOrUsed_givesItsRoomBackOnce() {
    try (EventLog log = EventLog.open(directory, small())) {
      EventLog.Reservation closed = log.reserve(1000, 0);
      EventLog.Reservation used = log.reserve(1000, 0);
      assertThat(log.health().reservedBytes()).isEqualTo(2000);
      closed.close();
      closed.close();
      used.append(Events.config(1));
      used.close();

      assertThat(log.health().reservedBytes()).isZero();
      assertThatThrownBy(() -> used.append(Events.config(2)))
          .isInstanceOf(IllegalStateException.class);
    }
  }

  @Test
  void append_syncFails_tellsTheCallersAndGoesOnInANewFile() throws Exception {
    FailingFiles disk = new FailingFiles();
    try (EventLog log = EventLog.open(directory, small(), disk)) {
      log.append(Events.config(1));
      disk.syncsFail = true;
      assertThatThrownBy(() -> log.append(Events.config(2)))
          .isInstanceOf(AppendFailedException.class)
          .hasMessageContaining("input/output error")
          .hasMessageContaining(directory.toString());
      assertThat(log.health().state()).isEqualTo(EventLog.State.FAILING);
      assertThat(log.health().lastError()).contains("input/output error");
      assertThat(log.health().failedRecords()).isEqualTo(1);
      disk.syncsFail = false;

      assertThat(log.append(Events.config(3))).isEqualTo(2);

      assertThat(log.health().state()).isEqualTo(EventLog.State.OPEN);
      assertThat(readNow(log, 0))
          .extracting(SpooledEvent::event)
          .containsExactly(Events.config(1), Events.config(3));
    }
    assertThat(disk.retried).hasValue(0);
    assertThat(segments()).hasSize(2);
    // The failed event is whole in the poisoned file, and stays out of the log all the same.
    try (EventLog log = EventLog.open(directory, small())) {
      assertThat(readNow(log, 0))
          .extracting(SpooledEvent::event)
          .containsExactly(Events.config(1), Events.config(3));
      assertThat(log.health().lostRecords()).isZero();
    }
  }

  @Test
  void append_diskFullForAWhile_failsUntilThereIsRoomAgain() throws Exception {
    FailingFiles disk = new FailingFiles();
    try (EventLog log = EventLog.open(directory, small(), disk)) {
      disk.writesFail = true;
      disk.opensFail = true;
      for (int i = 0; i < 3; i++) {
        assertThatThrownBy(() -> log.append(Events.config(1)))
            .isInstanceOf(AppendFailedException.class);
      }
      disk.writesFail = false;
      disk.opensFail = false;

      assertThat(log.append(Events.config(2))).isEqualTo(1);

      assertThat(readNow(log, 0)).extracting(SpooledEvent::event).containsExactly(Events.config(2));
    }
    assertThat(disk.retried).hasValue(0);
  }

  @Test
  void append_afterClose_fails() {
    EventLog log = EventLog.open(directory, small());
    log.close();
    log.close();

    assertThatThrownBy(() -> log.append(Events.config(1)))
        .isInstanceOf(AppendFailedException.class)
        .hasMessageContaining("closed");
    assertThat(log.health().state()).isEqualTo(EventLog.State.CLOSED);
  }

  @Test
  void append_anEventLargerThanASegment_isKept() throws Exception {
    ConfigEvent large = new ConfigEvent(Events.id(1), Events.START, "h", "x".repeat(3 << 20));
    try (EventLog log =
        EventLog.open(
            directory,
            new EventLog.Settings(EventLog.Durability.FSYNC, 1 << 24, 4096, 1024, 1000))) {
      log.append(Events.config(1));
      log.append(large);
      log.append(Events.config(2));

      assertThat(readNow(log, 1))
          .extracting(SpooledEvent::event)
          .containsExactly(large, Events.config(2));
    }
  }

  @Test
  void cursor_waitsForTheNextEvent_andSeesItOnce() throws Exception {
    try (EventLog log = EventLog.open(directory, small());
        ExecutorService reader = Executors.newSingleThreadExecutor()) {
      EventCursor cursor = log.cursor("store", 0);
      assertThat(cursor.next(10, 1 << 20, Duration.ZERO)).isEmpty();
      CountDownLatch started = new CountDownLatch(1);
      Future<List<SpooledEvent>> waiting =
          reader.submit(
              () -> {
                started.countDown();
                return cursor.next(10, 1 << 20, SOON);
              });
      started.await();
      log.append(Events.config(1));

      assertThat(waiting.get()).extracting(SpooledEvent::seq).containsExactly(1L);
      assertThat(cursor.next(10, 1 << 20, Duration.ZERO)).isEmpty();
    }
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6})
  void cursor_closeOrFarBehind_givesWhatTheFilesHold(long seed) throws Exception {
    Random random = new Random(seed);
    RandomEvents events = new RandomEvents(seed);
    // Room for some events in memory, small files, and sinks that read now and then.
    EventLog.Settings settings =
        new EventLog.Settings(EventLog.Durability.OS, 1 << 26, 1 << 14, 1 << 20, 0)
            .withRecentBytes(8 << 10);
    List<SpooledEvent> quick = new ArrayList<>();
    List<SpooledEvent> slow = new ArrayList<>();
    int count = 400;
    List<Event> appended = new ArrayList<>();
    try (EventLog log = EventLog.open(directory, settings)) {
      EventCursor quickCursor = log.cursor("quick", 0);
      EventCursor slowCursor = log.cursor("slow", 0);
      for (int i = 1; i <= count; i++) {
        Event event =
            i % 50 == 0
                ? new ConfigEvent(Events.id(i), Events.START, "h", "half \uD83D")
                : events.any();
        appended.add(event);
        assertThat(log.append(event)).isEqualTo(i);
        if (random.nextInt(3) == 0) {
          quick.addAll(quickCursor.next(1 + random.nextInt(20), 8_000, Duration.ZERO));
        }
        if (random.nextInt(40) == 0) {
          slow.addAll(slowCursor.next(1 + random.nextInt(60), 1 << 20, Duration.ZERO));
        }
      }
      readAll(quickCursor, quick);
      readAll(slowCursor, slow);
      assertThat(log.health().lostRecords()).isZero();
    }
    List<SpooledEvent> filed;
    try (EventLog log = EventLog.open(directory, settings.withRecentBytes(0))) {
      filed = readNow(log, 0);
    }

    assertThat(filed).hasSize(count);
    for (List<SpooledEvent> taken : List.of(quick, slow)) {
      assertThat(taken).extracting(SpooledEvent::seq).isEqualTo(seqs(count));
      for (int i = 0; i < count; i++) {
        assertThat(taken.get(i).encoded()).isEqualTo(filed.get(i).encoded());
        assertThat(taken.get(i).size()).isEqualTo(filed.get(i).size());
        assertThat(taken.get(i).event())
            .usingRecursiveComparison()
            .withComparatorForType(Double::compare, Double.class)
            .isEqualTo(filed.get(i).event());
      }
    }
    long handedOn =
        quick.stream().filter(e -> e.event() == appended.get((int) e.seq() - 1)).count();
    long decoded = slow.stream().filter(e -> e.event() != appended.get((int) e.seq() - 1)).count();
    assertThat(handedOn).as("taken from memory").isGreaterThan(count / 4);
    assertThat(decoded).as("read from files").isGreaterThan(count / 4);
  }

  @Test
  void cursor_gathering_returnsWhenAsManyAreThereAsAskedFor() throws Exception {
    try (EventLog log = EventLog.open(directory, small());
        ExecutorService reader = Executors.newSingleThreadExecutor()) {
      EventCursor cursor = log.cursor("store", 0);
      Future<List<SpooledEvent>> waiting = reader.submit(() -> cursor.next(3, 1 << 20, SOON, SOON));
      for (int i = 1; i <= 3; i++) {
        log.append(Events.config(i));
      }
      assertThat(waiting.get()).extracting(SpooledEvent::seq).containsExactly(1L, 2L, 3L);

      int size = SpoolRecord.sizeOf(EventCodec.encode(Events.config(4)));
      Future<List<SpooledEvent>> byBytes = reader.submit(() -> cursor.next(100, size, SOON, SOON));
      log.append(Events.config(4));
      assertThat(byBytes.get()).extracting(SpooledEvent::seq).containsExactly(4L);

      log.append(Events.config(5));
      assertThat(cursor.next(100, 1 << 20, SOON, Duration.ofNanos(1))).hasSize(1);
      FutureTask<List<SpooledEvent>> closed =
          new FutureTask<>(() -> cursor.next(2, 1 << 20, SOON, SOON));
      Thread gathering = Thread.ofPlatform().start(closed);
      log.append(Events.config(6));
      // Closed before it asks, a cursor refuses to answer.
      while (gathering.isAlive() && gathering.getState() != Thread.State.TIMED_WAITING) {
        Thread.onSpinWait();
      }
      cursor.close();
      assertThat(closed.get()).hasSizeLessThan(2);
    }
  }

  @Test
  void cursor_byteLimit_returnsAtLeastOneAndLosesNone() throws Exception {
    try (EventLog log = EventLog.open(directory, small())) {
      for (int i = 1; i <= 5; i++) {
        log.append(Events.config(i));
      }
      EventCursor cursor = log.cursor("store", 0);
      int size = EventCodec.encode(Events.config(1)).length;

      assertThat(cursor.next(10, 1, SOON)).extracting(SpooledEvent::seq).containsExactly(1L);
      assertThat(cursor.next(10, 2L * size, SOON))
          .extracting(SpooledEvent::seq)
          .containsExactly(2L, 3L);
      assertThat(cursor.next(1, 1 << 20, SOON)).extracting(SpooledEvent::seq).containsExactly(4L);
      assertThat(cursor.next(10, 1 << 20, SOON)).extracting(SpooledEvent::seq).containsExactly(5L);
    }
  }

  @Test
  void release_bySlowestOfTwoSinks_decidesWhatIsDeleted() throws Exception {
    try (EventLog log = EventLog.open(directory, small())) {
      EventCursor fast = log.cursor("store", 0);
      EventCursor slow = log.cursor("export", 0);
      for (int i = 1; i <= 20; i++) {
        log.append(Events.inference(i));
      }
      int before = segments().size();
      fast.next(100, 1 << 20, SOON);
      fast.release(20);
      assertThat(segments()).hasSize(before);
      slow.next(100, 1 << 20, SOON);
      slow.release(20);

      assertThat(before).isGreaterThan(5);
      assertThat(segments()).hasSize(1);
      assertThat(log.health().storedBytes()).isZero();
    }
    try (EventLog log = EventLog.open(directory, small())) {
      assertThat(log.append(Events.config(1))).isEqualTo(21);
    }
    // Also when the only file left holds nothing.
    try (EventLog log = EventLog.open(directory, small())) {
      readNow(log, 0);
      EventCursor cursor = log.cursor("store", 21);
      cursor.release(21);
    }
    try (EventLog log = EventLog.open(directory, small())) {
      assertThat(log.append(Events.config(2))).isEqualTo(22);
    }
  }

  @Test
  void cursor_afterReopening_startsBehindTheSinksMark() throws Exception {
    try (EventLog log = EventLog.open(directory, small())) {
      for (int i = 1; i <= 20; i++) {
        log.append(Events.inference(i));
      }
    }
    try (EventLog log = EventLog.open(directory, small())) {
      assertThat(readNow(log, 13)).extracting(SpooledEvent::seq).first().isEqualTo(14L);
      assertThat(log.health().lag()).isEqualTo(7);
      long size = SpoolRecord.sizeOf(EventCodec.encode(Events.inference(14)));
      assertThat(log.health().storedBytes()).isBetween(7 * size - 20, 7 * size + 20);
    }
  }

  @Test
  void cursor_aheadOfTheSpool_movesTheNumbersOn() throws Exception {
    try (EventLog log = EventLog.open(directory, small())) {
      EventCursor cursor = log.cursor("store", 500);
      assertThat(log.append(Events.config(1))).isEqualTo(501);
      assertThat(cursor.next(10, 1 << 20, SOON))
          .extracting(SpooledEvent::seq)
          .containsExactly(501L);
      assertThat(log.health().lag()).isEqualTo(1);
      assertThatThrownBy(() -> log.cursor("other", 900))
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContaining("before the first append");
    }
    try (EventLog log = EventLog.open(directory, small())) {
      assertThat(log.append(Events.config(2))).isEqualTo(502);
      assertThat(readNow(log, 500)).extracting(SpooledEvent::seq).containsExactly(501L, 502L);
      assertThat(log.health().lostRecords()).isZero();
    }
  }

  @Test
  void cursor_damageInAnOldSegment_losesThatEventOnlyAndCountsIt() throws Exception {
    EventLog.Settings settings =
        new EventLog.Settings(EventLog.Durability.FSYNC, 1 << 20, 1 << 20, 1 << 20, 0);
    try (EventLog log = EventLog.open(directory, settings)) {
      for (int i = 1; i <= 5; i++) {
        log.append(Events.config(i));
      }
    }
    Path segment = segments().getFirst();
    EventLog.open(directory, settings).close();
    int size = SpoolRecord.sizeOf(EventCodec.encode(Events.config(1)));
    try (RandomAccessFile file = new RandomAccessFile(segment.toFile(), "rw")) {
      file.seek(size + 40);
      file.write('#');
    }
    try (EventLog log = EventLog.open(directory, settings)) {
      log.append(Events.config(6));

      assertThat(readNow(log, 0)).extracting(SpooledEvent::seq).containsExactly(1L, 3L, 4L, 5L, 6L);
      assertThat(log.health().lostRecords()).isEqualTo(1);
      assertThat(log.health().lastError()).contains("damaged");
    }
  }

  @Test
  void isInference_fromMemoryAndFromTheFile_isKnownWithoutReading() throws Exception {
    for (long recentBytes : new long[] {0, 1 << 20}) {
      Path place = directory.resolve("recent-" + recentBytes);
      try (EventLog log = EventLog.open(place, small().withRecentBytes(recentBytes))) {
        EventCursor cursor = log.cursor("store", 0);
        log.append(Events.inference(1));
        log.append(Events.feedback(2, true));
        log.append(Events.config(3));

        assertThat(cursor.next(10, 1 << 20, SOON))
            .extracting(SpooledEvent::isInference)
            .containsExactly(true, false, false);
      }
    }
  }

  @Test
  void spooledEvent_ofALaterVersion_failsAlone() throws Exception {
    SpooledEvent event =
        SpooledEvent.read(new SpoolRecord(1, (byte) 1, "{\"event_version\":9}".getBytes()), 17);

    assertThatThrownBy(event::event).isInstanceOf(EventDecodeException.class);
  }
}
