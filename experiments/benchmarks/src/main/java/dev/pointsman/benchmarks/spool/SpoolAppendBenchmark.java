package dev.pointsman.benchmarks.spool;

import dev.pointsman.eventlog.ConfigEvent;
import dev.pointsman.eventlog.Event;
import dev.pointsman.eventlog.EventLog;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.Comparator;
import java.util.UUID;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;

/**
 * How long an append of a 2 KB event takes until it is acknowledged, at 2,000 a second from virtual
 * threads, and how many a second 1,024 callers reach; for each durability, and for fsync also with
 * files that grow record by record. Argument: a directory on the disk to measure (default: the
 * temporary one). Each line takes about 8 seconds.
 */
public final class SpoolAppendBenchmark {

  private static final int EVENT_BYTES = 2048;
  private static final int RATE = 2_000;
  private static final Duration PACED = Duration.ofSeconds(4);
  private static final Duration FLAT_OUT = Duration.ofSeconds(2);
  private static final int CALLERS = 1_024;
  private static final long GROW = 1L << 20;
  private static final Event EVENT =
      new ConfigEvent(new UUID(1, 2), Instant.EPOCH, "benchmark", "x".repeat(EVENT_BYTES - 140));

  private SpoolAppendBenchmark() {}

  /** Runs all lines. */
  public static void main(String[] arguments) throws Exception {
    Path parent =
        arguments.length > 0
            ? Path.of(arguments[0])
            : Path.of(System.getProperty("java.io.tmpdir"));
    System.out.printf(
        "%-8s %-12s %9s %9s %9s %12s%n",
        "durable", "file", "p50 ms", "p99 ms", "max ms", "max rec/s");
    line(parent, EventLog.Durability.FSYNC, GROW);
    line(parent, EventLog.Durability.FSYNC, 0);
    line(parent, EventLog.Durability.OS, GROW);
    line(parent, EventLog.Durability.NONE, GROW);
  }

  private static void line(Path parent, EventLog.Durability durability, long growBytes)
      throws Exception {
    Path directory = Files.createTempDirectory(parent, "spool-benchmark");
    EventLog.Settings settings =
        new EventLog.Settings(durability, 8L << 30, 64L << 20, 64L << 20, growBytes);
    try (EventLog log = EventLog.open(directory, settings)) {
      paced(log, Duration.ofSeconds(1));
      double[] millis = paced(log, PACED);
      Arrays.sort(millis);
      double rate = flatOut(log);
      System.out.printf(
          "%-8s %-12s %9.3f %9.3f %9.3f %12.0f%n",
          durability.name().toLowerCase(java.util.Locale.ROOT),
          growBytes > 0 ? "zeros ahead" : "growing",
          millis[millis.length / 2],
          millis[(int) (millis.length * 0.99)],
          millis[millis.length - 1],
          rate);
    } finally {
      delete(directory);
    }
  }

  /** Milliseconds from an append to its acknowledgement, begun at a fixed rate whatever comes back. */
  private static double[] paced(EventLog log, Duration during) throws InterruptedException {
    int count = (int) (RATE * during.toSeconds());
    double[] millis = new double[count];
    long start = System.nanoTime();
    try (ExecutorService callers = Executors.newVirtualThreadPerTaskExecutor()) {
      for (int i = 0; i < count; i++) {
        int n = i;
        long due = start + i * (1_000_000_000L / RATE);
        for (long left = due - System.nanoTime(); left > 0; left = due - System.nanoTime()) {
          LockSupport.parkNanos(left);
        }
        long begun = System.nanoTime();
        callers.submit(
            () -> {
              log.append(EVENT);
              millis[n] = (System.nanoTime() - begun) / 1e6;
            });
      }
    }
    return millis;
  }

  private static double flatOut(EventLog log) throws InterruptedException {
    LongAdder done = new LongAdder();
    AtomicBoolean stop = new AtomicBoolean();
    long start = System.nanoTime();
    try (ExecutorService callers = Executors.newVirtualThreadPerTaskExecutor()) {
      for (int i = 0; i < CALLERS; i++) {
        callers.submit(
            () -> {
              while (!stop.get()) {
                log.append(EVENT);
                done.increment();
              }
            });
      }
      Thread.sleep(FLAT_OUT);
      stop.set(true);
    }
    return done.sum() * 1e9 / (System.nanoTime() - start);
  }

  private static void delete(Path directory) throws IOException {
    try (Stream<Path> files = Files.walk(directory)) {
      for (Path path : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(path);
      }
    }
  }
}
