package dev.pointsman.eventstore;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.pointsman.eventlog.EventLog;
import dev.pointsman.eventlog.testing.Events;
import dev.pointsman.eventstore.InferencePage.Skipping;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

abstract class DrainCrashContract {

  private final TestEngine engine;

  DrainCrashContract(TestEngine engine) {
    this.engine = engine;
  }

  private static final int ROUNDS = 3;
  private static final int EVENTS_PER_ROUND = 3_000;

  @Test
  void kill_inTheMiddleOfDraining_storesEveryAcknowledgedEventOnce(@TempDir Path directory)
      throws Exception {
    Set<UUID> acknowledged = new HashSet<>();
    for (int round = 0; round < ROUNDS; round++) {
      // Every round its own numbers: a killed child appended more than it could tell.
      long from = round * 10_000_000L;
      long count = runAndKill(directory, round, from);
      for (long n = from; n < from + count; n++) {
        acknowledged.add(Events.id(n));
      }
    }
    try (EventStore store = engine.open(directory);
        EventLog log = log(directory);
        Drain drain = new Drain(store, log)) {
      drain.drainNow();

      List<UUID> stored =
          store
              .inferences()
              .keys(
                  new InferencePage(InferenceFilter.ALL, null, List.of(), Skipping.NONE, 1_000_000))
              .stream()
              .map(InferenceKey::inferenceId)
              .toList();
      Set<UUID> ids = new HashSet<>(stored);
      assertThat(stored).as("each stored once").hasSameSizeAs(ids);
      assertThat(ids).containsAll(acknowledged);
      assertThat(drain.lag().deadLetters()).isZero();
    }
  }

  /**
   * Runs a child until it acknowledged enough events and drained some, then kills it.
   *
   * @return how many it acknowledged
   */
  private long runAndKill(Path directory, int round, long from) throws Exception {
    Process child =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--enable-native-access=ALL-UNNAMED",
                "--sun-misc-unsafe-memory-access=allow",
                "--add-opens=java.base/java.nio=ALL-UNNAMED",
                "-XX:TieredStopAtLevel=1",
                "-cp",
                System.getProperty("java.class.path"),
                DrainCrashContract.class.getName(),
                directory.toString(),
                Long.toString(from),
                engine.address(directory))
            .redirectError(ProcessBuilder.Redirect.DISCARD)
            .start();
    long acknowledged = 0;
    try (BufferedReader lines =
        new BufferedReader(new InputStreamReader(child.getInputStream(), StandardCharsets.UTF_8))) {
      // Not always after the same number of commits.
      int commits = 0;
      while (commits < 2 + 2 * round) {
        String line = lines.readLine();
        assertThat(line).as("the child works").isNotNull();
        if (line.equals("drained")) {
          commits++;
        } else {
          acknowledged = Long.parseLong(line.substring("acknowledged ".length()));
          if (acknowledged == EVENTS_PER_ROUND) {
            break;
          }
        }
      }
      assertThat(acknowledged).as("the child worked").isPositive();
      if (round == 0 && engine == TestEngine.DUCKDB) {
        assertThatThrownBy(() -> EventStore.open(directory, EventStore.Settings.DEFAULT))
            .isInstanceOf(StoreException.class)
            .hasMessageContaining("is open in another process");
      }
    } finally {
      child.destroyForcibly();
      assertThat(child.waitFor(20, TimeUnit.SECONDS)).isTrue();
    }
    return acknowledged;
  }

  private static EventLog log(Path directory) {
    return EventLog.open(
        directory.resolve("spool"),
        new EventLog.Settings(EventLog.Durability.OS, 1L << 30, 100_000, 1L << 20, 0));
  }

  /** The child: appends numbered events, drains them at the same time, and tells of both. */
  public static void main(String[] args) throws Exception {
    Path directory = Path.of(args[0]);
    long first = Long.parseLong(args[1]);
    String address = args[2];
    EventStore store =
        address.isEmpty()
            ? EventStore.open(directory, EventStore.Settings.DEFAULT)
            : EventStore.connect(directory, ClickHouseSettings.of(address));
    EventLog log = log(directory);
    Drain drain = new Drain(store, log);
    Thread appending =
        Thread.ofPlatform()
            .start(
                () -> {
                  for (long n = 1; n <= EVENTS_PER_ROUND; n++) {
                    log.append(Events.inferenceOf(first + n - 1).payload(null).build());
                    if (n % 10 == 0) {
                      System.out.println("acknowledged " + n);
                    }
                  }
                });
    while (appending.isAlive() || drain.lag().events() > 0) {
      if (drain.drainNow() > 0) {
        System.out.println("drained");
      }
    }
    System.in.read();
  }
}
