package dev.pointsman.eventstore;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.pointsman.eventlog.EventLog;
import dev.pointsman.eventlog.testing.Events;
import dev.pointsman.eventstore.testing.LocalClickHouse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Events come in while the server is killed, while it refuses a table, and while one row is against a
 * rule of a table: nothing is lost or doubled, what comes later is stored, and memory stays flat.
 * {@code -Dpointsman.outage.seconds=60} kills it for longer, {@code -Dpointsman.refusing.seconds=600}
 * lets it refuse for longer.
 */
final class ClickHouseOutageTest {

  private static final int SECONDS = Integer.getInteger("pointsman.outage.seconds", 3);
  private static final int REFUSING_SECONDS =
      Integer.getInteger("pointsman.refusing.seconds", SECONDS);
  private static final int EVENTS_PER_SECOND = 300;
  private static final long MOST_GROWTH = 64L << 20;

  @TempDir Path directory;
  private LocalClickHouse server;
  private EventStore store;

  @BeforeEach
  void start() {
    server = LocalClickHouse.start(directory.resolve("clickhouse"));
    store =
        EventStore.connect(
            directory.resolve("data"), ClickHouseSettings.of(server.jdbcUrl("events")));
  }

  @AfterEach
  void stop() {
    store.close();
    server.close();
  }

  @Test
  void outages_whileEventsComeIn_loseNothing() throws Exception {
    try (EventLog log =
            EventLog.open(
                directory.resolve("data/spool"),
                new EventLog.Settings(EventLog.Durability.OS, 4L << 30, 16L << 20, 64L << 20, 0)
                    .withRecentBytes(8L << 20));
        Drain drain = new Drain(store, log)) {
      Producer producer = new Producer(log);
      drain.start();
      producer.start();
      await("the first rows", () -> drain.lag().drained() > EVENTS_PER_SECOND);
      long heapBefore = usedHeap();

      server.query(
          "ALTER TABLE events.inference ADD CONSTRAINT not_this CHECK request_id <> 'request-"
              + producer.poison()
              + "'");
      await("the poisoned row aside", () -> store.refused().size() == 1);

      server.kill();
      producer.pass(Duration.ofSeconds(SECONDS));
      assertThat(store.unreachable()).isNotNull();
      long behind = drain.lag().events();
      assertThat(behind).isGreaterThan((long) SECONDS * EVENTS_PER_SECOND / 2);
      server.restart();
      await("what waited", () -> drain.lag().events() < EVENTS_PER_SECOND);

      server.query("DETACH TABLE events.attempt");
      producer.pass(Duration.ofSeconds(REFUSING_SECONDS));
      assertThat(drain.lag().lastError()).contains("attempt");
      server.query("ATTACH TABLE events.attempt");
      long acknowledged = producer.stop();
      await("the end", () -> drain.lag().events() == 0);

      assertThat(store.unreachable()).isNull();
      assertThat(count(server, "inference")).isEqualTo(acknowledged - 1);
      assertThat(distinct(server, "inference", "inference_id")).isEqualTo(acknowledged - 1);
      assertThat(count(server, "inference_payload")).isEqualTo(acknowledged);
      assertThat(count(server, "attempt")).isEqualTo(acknowledged);
      assertThat(distinct(server, "attempt", "attempt_id")).isEqualTo(acknowledged);
      assertThat(store.refused()).hasSize(1);
      assertThat(usedHeap() - heapBefore).as("growth of the heap").isLessThan(MOST_GROWTH);
      try (var files = Files.list(directory.resolve("data/spool"))) {
        assertThat(files.filter(f -> f.toString().endsWith(".spool")).count())
            .as("segments that are left")
            .isLessThan(3);
      }
    }
  }

  @Test
  void drainNow_serverAwayTheFirstTime_storesWhatItHadTakenThen() throws Exception {
    try (EventLog log =
            EventLog.open(
                directory.resolve("data/spool"),
                new EventLog.Settings(EventLog.Durability.OS, 1L << 30));
        Drain drain = new Drain(store, log)) {
      log.append(Events.inference(1));
      server.kill();
      assertThatThrownBy(drain::drainNow).isInstanceOf(StoreException.class);
      log.append(Events.inference(2));
      server.restart();
      await("the server", () -> drained(drain));

      assertThat(store.lastSequence()).isEqualTo(2);
      assertThat(count(server, "inference")).isEqualTo(2);
    }
  }

  private static boolean drained(Drain drain) {
    try {
      drain.drainNow();
      return true;
    } catch (StoreException stillAway) {
      return false;
    }
  }

  /** Appends numbered events at an even pace; what was appended was acknowledged. */
  private static final class Producer {
    private final EventLog log;
    private final AtomicLong acknowledged = new AtomicLong();
    private final AtomicBoolean stopped = new AtomicBoolean();
    private Thread thread;

    Producer(EventLog log) {
      this.log = log;
    }

    void start() {
      thread = Thread.ofPlatform().name("producer").start(this::run);
    }

    private void run() {
      long begun = System.nanoTime();
      for (long n = 0; !stopped.get(); n++) {
        long due = begun + n * 1_000_000_000L / EVENTS_PER_SECOND;
        while (System.nanoTime() < due) {
          LockSupport.parkNanos(due - System.nanoTime());
        }
        log.append(Events.inference(n));
        acknowledged.incrementAndGet();
      }
    }

    /** A number that comes in a second or later. */
    long poison() {
      return acknowledged.get() + 2L * EVENTS_PER_SECOND;
    }

    /** Waits while events come in. */
    void pass(Duration time) {
      long until = acknowledged.get() + time.toSeconds() * EVENTS_PER_SECOND;
      await("events", () -> acknowledged.get() >= until);
    }

    long stop() throws InterruptedException {
      stopped.set(true);
      thread.join();
      return acknowledged.get();
    }
  }

  private static long count(LocalClickHouse server, String table) {
    return Long.parseLong(server.query("SELECT count() FROM events." + table).strip());
  }

  private static long distinct(LocalClickHouse server, String table, String column) {
    return Long.parseLong(
        server.query("SELECT uniqExact(%s) FROM events.%s".formatted(column, table)).strip());
  }

  private static long usedHeap() {
    System.gc();
    Runtime runtime = Runtime.getRuntime();
    return runtime.totalMemory() - runtime.freeMemory();
  }

  private static void await(String what, BooleanSupplier condition) {
    long end =
        System.nanoTime()
            + Duration.ofSeconds(60 + 10L * SECONDS + 2L * REFUSING_SECONDS).toNanos();
    while (!condition.getAsBoolean()) {
      assertThat(System.nanoTime()).as("gave up waiting for " + what).isLessThan(end);
      LockSupport.parkNanos(20_000_000);
    }
  }
}
