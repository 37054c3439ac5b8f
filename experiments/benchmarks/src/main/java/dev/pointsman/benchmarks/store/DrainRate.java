package dev.pointsman.benchmarks.store;

import com.sun.management.OperatingSystemMXBean;
import dev.pointsman.eventlog.EventLog;
import dev.pointsman.eventstore.ClickHouseSettings;
import dev.pointsman.eventstore.Drain;
import dev.pointsman.eventstore.EventStore;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.SplittableRandom;

/**
 * How many inferences a second a store takes by the real drain, each with 3 KB of text that no
 * compressor knows yet, and how long its main questions take afterwards. After a few to warm up,
 * everything lies in the spool, as after an outage, and is read from disk; then as many again come
 * from memory, as those do that were committed a moment ago.
 *
 * <p>Arguments: number of inferences each time (default 200,000), JDBC URL of a ClickHouse database
 * (default: the embedded store). Prints one line per figure; only ratios between runs on one quiet
 * machine mean anything. Needs 3 GB of heap for the default number.
 */
public final class DrainRate {

  private static final TrafficEvents EVENTS =
      new TrafficEvents(Instant.parse("2026-11-20T00:00:00Z"), Duration.ofMillis(10), 3_000);

  /** A service that was without its store for an hour has long been compiled. */
  private static final int WARM_UP = 60_000;

  private static final OperatingSystemMXBean PROCESS =
      ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class);

  private DrainRate() {}

  /** Runs it in a temporary directory, which is left for inspection. */
  public static void main(String[] args) throws Exception {
    int rows = args.length > 0 ? Integer.parseInt(args[0]) : 200_000;
    Path directory = Files.createTempDirectory("drain-rate");
    SplittableRandom random = new SplittableRandom(1);
    try (EventStore store =
        args.length > 1
            ? EventStore.connect(directory, ClickHouseSettings.of(args[1]))
            : EventStore.open(directory, EventStore.Settings.DEFAULT)) {
      int warmUp = Math.min(WARM_UP, rows);
      drain("to warm up", store, directory, 0, warmUp, 0, random);
      drain("from the spool", store, directory, warmUp, rows, 0, random);
      drain("from memory", store, directory, warmUp + rows, rows, Long.MAX_VALUE / 4, random);
      Instant end = EVENTS.start().plus(Duration.ofDays(2));
      time("all statistics", () -> store.refreshStatistics(TrafficEvents.RULE, end));
      store.append(
          List.of(EVENTS.feedback(rows / 2, Duration.ofMinutes(1), random)),
          store.lastSequence() + 1);
      time(
          "statistics after one late value",
          () -> store.refreshStatistics(TrafficEvents.RULE, end));
      time("one inference", () -> store.history().inference(EVENTS.idOf(rows / 3)));
    }
    Path file = directory.resolve("events.duckdb");
    System.out.printf("%,d bytes in %s%n", Files.exists(file) ? Files.size(file) : 0, directory);
  }

  private static void drain(
      String where,
      EventStore store,
      Path directory,
      int first,
      int rows,
      long recentBytes,
      SplittableRandom random)
      throws InterruptedException {
    EventLog.Settings settings =
        new EventLog.Settings(EventLog.Durability.NONE, Long.MAX_VALUE / 4)
            .withRecentBytes(recentBytes);
    try (EventLog log = EventLog.open(directory.resolve("spool"), settings);
        Drain drain = new Drain(store, log)) {
      for (int i = first; i < first + rows; i++) {
        log.append(EVENTS.inference(i, random));
      }
      long start = System.nanoTime();
      long cpu = PROCESS.getProcessCpuTime();
      drain.start();
      while (drain.lag().drained() < rows) {
        Thread.sleep(1);
      }
      double took = (System.nanoTime() - start) / 1e9;
      System.out.printf(
          "%,d inferences %s: %,.0f rows/s, %.1f us of this process's CPU each%n",
          rows, where, rows / took, (PROCESS.getProcessCpuTime() - cpu) / 1e3 / rows);
    }
  }

  private static void time(String what, Runnable question) {
    long start = System.nanoTime();
    question.run();
    System.out.printf("%s: %.0f ms%n", what, (System.nanoTime() - start) / 1e6);
  }
}
