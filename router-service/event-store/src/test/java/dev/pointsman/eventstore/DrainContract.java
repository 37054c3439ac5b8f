package dev.pointsman.eventstore;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.pointsman.eventlog.EventCodec;
import dev.pointsman.eventlog.EventLog;
import dev.pointsman.eventlog.InferenceEvent;
import dev.pointsman.eventlog.testing.Events;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

abstract class DrainContract {

  private final TestEngine engine;

  DrainContract(TestEngine engine) {
    this.engine = engine;
  }

  @TempDir Path directory;
  private EventStore store;
  private EventLog log;

  @BeforeEach
  void open() {
    store = engine.open(directory);
    log = openLog();
  }

  /** With small segments, so that releasing deletes files. */
  private EventLog openLog() {
    return EventLog.open(
        directory.resolve("spool"),
        new EventLog.Settings(EventLog.Durability.OS, 1L << 30, 20_000, 1L << 20, 0));
  }

  @AfterEach
  void close() {
    log.close();
    store.close();
  }

  @Test
  void drainNow_manyEvents_storesAllAndFreesTheSpool() throws Exception {
    try (Drain drain = new Drain(store, log)) {
      for (int i = 0; i < 200; i++) {
        log.append(Events.inference(i));
      }
      long filesBefore = segments();

      assertThat(drain.lag().events()).isEqualTo(200);
      assertThat(drain.drainNow()).isEqualTo(200);
      assertThat(drain.drainNow()).isZero();
      assertThat(drain.lag().events()).isZero();
      assertThat(store.lastSequence()).isEqualTo(200);
      assertThat(stored()).isEqualTo(200);
      assertThat(segments()).isLessThan(filesBefore);
    }
  }

  @Test
  void drainNow_selfContradictingEvent_goesToDeadLettersAndTheRestIsStored() throws Exception {
    InferenceEvent broken = selfContradicting();
    try (Drain drain = new Drain(store, log)) {
      for (int i = 0; i < 9; i++) {
        log.append(Events.inference(i));
      }
      long poison = log.append(broken);
      for (int i = 9; i < 20; i++) {
        log.append(Events.inference(i));
      }
      drain.drainNow();

      assertThat(stored()).isEqualTo(20);
      assertThat(drain.lag().deadLetters()).isEqualTo(1);
      assertThat(drain.lag().events()).isZero();
      assertThat(Files.readString(directory.resolve("dead-letter/" + poison + ".json")))
          .contains(broken.ids().inferenceId().toString());
      assertThat(Files.readString(directory.resolve("dead-letter/" + poison + ".reason.txt")))
          .contains("propensities: one per candidate");
      assertThat(
              EventCodec.decode(
                  Files.readAllBytes(directory.resolve("dead-letter/" + poison + ".event"))))
          .usingRecursiveComparison()
          .isEqualTo(broken);
    }
  }

  @Test
  void drainNow_manyBatches_storesEachEventOnceUnderOneMark() {
    try (Drain drain = new Drain(store, log, 10, Duration.ZERO)) {
      for (int i = 0; i < 95; i++) {
        log.append(Events.inference(i));
      }
      assertThat(drain.drainNow()).isEqualTo(95);
      log.append(Events.inference(95));
      assertThat(drain.drainNow()).isEqualTo(1);
    }
    assertThat(stored()).isEqualTo(96);
    store.close();
    store = engine.open(directory);
    assertThat(store.lastSequence()).isEqualTo(96);
    assertThat(stored()).isEqualTo(96);
  }

  @Test
  void drainNow_poisonInAnyOfManyBatches_losesNothingElse() {
    try (Drain drain = new Drain(store, log, 10, Duration.ZERO)) {
      for (int i = 0; i < 100; i++) {
        // In a first batch, in a second one, and in both of a pair.
        log.append(
            i == 3 || i == 35 || i == 44 || i == 55 ? selfContradicting(i) : Events.inference(i));
      }
      assertThat(drain.drainNow()).isEqualTo(100);

      assertThat(drain.lag().deadLetters()).isEqualTo(4);
      assertThat(drain.lag().events()).isZero();
    }
    assertThat(store.refused()).extracting(DeadLetter::sequence).containsExactly(4L, 36L, 45L, 56L);
    assertThat(stored()).isEqualTo(96);
  }

  @Test
  void commit_preparedAbreast_areSeenInTheirOrderAndOneLeftUncommittedIsNot() {
    try (PreparedBatch one = store.prepare(batch(1, 3));
        PreparedBatch two = store.prepare(batch(4, 5));
        PreparedBatch three = store.prepare(batch(6, 9))) {
      assertThat(stored()).isZero();
      one.commit();
      two.commit();
      three.commit();
    }
    try (PreparedBatch left = store.prepare(batch(10, 12))) {
      assertThat(left).isNotNull();
    }
    store.append(batch(10, 11));

    assertThat(store.lastSequence()).isEqualTo(11);
    assertThat(stored()).isEqualTo(11);
  }

  private EventBatch batch(int first, int last) {
    return new EventBatch(
        store.spool(),
        first,
        last,
        IntStream.rangeClosed(first, last)
            .mapToObj(i -> new EventBatch.Numbered(i, Events.inference(i)))
            .toList());
  }

  @Test
  void retryRefused_eventThatIsSoundNow_isStoredOnce() throws Exception {
    InferenceEvent event = Events.inference(3);
    store.deadLetters().lay(store.spool(), 4, EventCodec.encode(event), "was refused");
    store.deadLetters().lay(store.spool(), 5, EventCodec.encode(selfContradicting()), "is wrong");
    store.deadLetters().lay(store.spool(), 6, new byte[] {1, 2, 3}, "no event");

    assertThat(store.refused()).extracting(DeadLetter::sequence).containsExactly(4L, 5L, 6L);
    LetterRetry retry = store.retryRefused();
    store.deadLetters().lay(store.spool(), 4, EventCodec.encode(event), "crashed before removing");
    store.retryRefused();

    assertThat(retry.stored()).isEqualTo(1);
    assertThat(retry.refused()).extracting(DeadLetter::sequence).containsExactly(5L, 6L);
    assertThat(store.refused()).hasSize(2);
    assertThat(stored()).isEqualTo(1);
    assertThat(store.lastSequence()).isZero();
  }

  @Test
  void drainNow_spoolUnreadableWithinABatch_keepsWhatWasTakenOfIt() throws Exception {
    int appended = 0;
    while (spoolFiles().size() < 2) {
      // Feedback makes no batch full: batches have 40, taken ten at a time.
      appended++;
      log.append(Events.feedback(appended, Events.id(appended), "good", true));
    }
    assertThat(appended % 40).as("the file ends behind the first ten of a batch").isGreaterThan(11);
    Path second = spoolFiles().getLast();
    // Only what is not in memory is read from the files.
    log.close();
    log = openLog();
    Path away = directory.resolve("away");
    Files.move(second, away);
    try (Drain drain = new Drain(store, log, 10, Duration.ZERO)) {
      assertThatThrownBy(drain::drainNow).isInstanceOf(UncheckedIOException.class);
      Files.move(away, second);

      drain.drainNow();
      assertThat(drain.lag().drained()).isEqualTo(appended);
    }
  }

  @Test
  void drainNow_poisonLast_marksItAsHandled() {
    InferenceEvent broken = selfContradicting();
    try (Drain drain = new Drain(store, log)) {
      long poison = log.append(broken);
      assertThat(drain.drainNow()).isEqualTo(1);
      assertThat(store.lastSequence()).isEqualTo(poison);
      assertThat(drain.lag().deadLetters()).isEqualTo(1);
      assertThat(drain.drainNow()).isZero();
    }
  }

  @Test
  void start_eventsComeIn_storesThemOnItsOwn() {
    try (Drain drain = new Drain(store, log)) {
      drain.start();
      for (int i = 0; i < 50; i++) {
        log.append(Events.inference(i));
      }
      // Waits behind the batch at work, then takes what is left.
      while (store.lastSequence() < 50) {
        drain.drainNow();
      }
    }
    assertThat(stored()).isEqualTo(50);
  }

  @Test
  void start_fewBehindAFullBatch_waitUntilTheyAreOne() {
    try (Drain drain = new Drain(store, log, 10, Duration.ofDays(1))) {
      for (int i = 0; i < 15; i++) {
        log.append(Events.inference(i));
      }
      drain.start();
      Set<Long> marks = new HashSet<>();
      while (marks.add(store.lastSequence()) || !marks.contains(10L)) {
        Thread.onSpinWait();
      }
      for (int i = 15; i < 20; i++) {
        log.append(Events.inference(i));
      }
      while (marks.add(store.lastSequence()) || !marks.contains(20L)) {
        Thread.onSpinWait();
      }

      assertThat(marks).isSubsetOf(0L, 10L, 20L);
    }
  }

  @Test
  void drainNow_storeClosed_saysSoAndKeepsTheEvents() {
    Drain drain = new Drain(store, log);
    log.append(Events.inference(1));
    store.close();

    assertThatThrownBy(drain::drainNow)
        .isInstanceOf(StoreException.class)
        .hasMessageContaining("takes nothing");
    assertThat(drain.lag().lastError()).isNotNull();
    assertThat(drain.lag().events()).isEqualTo(1);
    drain.close();

    store = engine.open(directory);
    try (Drain again = new Drain(store, log)) {
      assertThat(again.drainNow()).isEqualTo(1);
    }
    assertThat(stored()).isEqualTo(1);
  }

  private static InferenceEvent selfContradicting() {
    return selfContradicting(1_000);
  }

  private static InferenceEvent selfContradicting(int i) {
    return Events.inferenceOf(i)
        .decision(
            Events.decision(List.of("large", "small"), new double[] {0.5, 0.3, 0.2}, "small", "s"))
        .build();
  }

  private long stored() {
    return store.functions().counts(Instant.EPOCH, Instant.parse("2999-01-01T00:00:00Z")).stream()
        .mapToLong(FunctionCounts::inferences)
        .sum();
  }

  private long segments() throws Exception {
    return spoolFiles().size();
  }

  private List<Path> spoolFiles() throws Exception {
    try (Stream<Path> files = Files.list(directory.resolve("spool"))) {
      return files.filter(file -> file.toString().endsWith(".spool")).sorted().toList();
    }
  }
}
