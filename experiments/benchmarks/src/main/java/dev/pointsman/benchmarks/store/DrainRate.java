package dev.pointsman.benchmarks.store;

import com.sun.management.OperatingSystemMXBean;
import dev.pointsman.eventlog.EventLog;
import dev.pointsman.eventlog.FeedbackEvent;
import dev.pointsman.eventlog.InferenceEvent;
import dev.pointsman.eventstore.ClickHouseSettings;
import dev.pointsman.eventstore.Drain;
import dev.pointsman.eventstore.EventStore;
import dev.pointsman.eventstore.RewardRule;
import dev.pointsman.routing.Decision;
import dev.pointsman.routing.DecisionKind;
import dev.pointsman.routing.IdSource;
import dev.pointsman.routing.PolicyVersion;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
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

  private static final List<String> VARIANTS = List.of("large", "medium", "small");
  private static final Instant START = Instant.parse("2026-11-20T00:00:00Z");
  private static final int TEXT_BYTES = 3_000;

  /** A service that was without its store for an hour has long been compiled. */
  private static final int WARM_UP = 60_000;

  private static final String[] WORDS = words();

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
      RewardRule rule =
          RewardRule.ofBoolean(
              "support_reply", "resolved", RewardRule.Level.INFERENCE, Duration.ofDays(1));
      Instant end = START.plus(Duration.ofDays(2));
      time("all statistics", () -> store.refreshStatistics(rule, end));
      store.append(List.of(feedback(rows / 2, random)), store.lastSequence() + 1);
      time("statistics after one late value", () -> store.refreshStatistics(rule, end));
      time("one inference", () -> store.history().inference(idOf(rows / 3)));
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
        log.append(inference(i, random));
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

  private static java.util.UUID idOf(int i) {
    return new IdSource(() -> timeOf(i), () -> i).next();
  }

  private static Instant timeOf(int i) {
    return START.plusMillis(10L * i);
  }

  private static FeedbackEvent feedback(int i, SplittableRandom random) {
    return new FeedbackEvent(
        new IdSource(() -> timeOf(i), random::nextLong).next(),
        timeOf(i).plusSeconds(60),
        FeedbackEvent.Target.INFERENCE,
        idOf(i),
        "resolved",
        true,
        null,
        null,
        "api",
        Map.of(),
        null,
        null);
  }

  /** Words as often as in a language, so that the engine's compression finds what it finds there. */
  private static String word(SplittableRandom random) {
    return WORDS[(int) (WORDS.length * Math.pow(random.nextDouble(), 3))];
  }

  private static String[] words() {
    SplittableRandom random = new SplittableRandom(7);
    String[] words = new String[8_000];
    for (int i = 0; i < words.length; i++) {
      StringBuilder word = new StringBuilder();
      int length = 2 + random.nextInt(3) + random.nextInt(5);
      while (word.length() < length) {
        word.append((char) ('a' + random.nextInt(26)));
      }
      words[i] = word.toString();
    }
    return words;
  }

  private static InferenceEvent inference(int i, SplittableRandom random) {
    double[] propensities = {0.2, 0.3, 0.5};
    int arm = random.nextInt(VARIANTS.size());
    StringBuilder text = new StringBuilder(TEXT_BYTES + 32).append('"');
    while (text.length() < TEXT_BYTES) {
      text.append(word(random)).append(' ');
    }
    return new InferenceEvent(
        new InferenceEvent.Ids(
            idOf(i),
            new IdSource(() -> timeOf(i), random::nextLong).next(),
            "request-" + i,
            null,
            null,
            "node-1",
            timeOf(i)),
        new InferenceEvent.Asker(
            "native", null, "support_reply", "chat", "key-1", null, null, Map.of("plan", "free")),
        new InferenceEvent.Versions("config-1", "prices-1", 1),
        new Decision(
            DecisionKind.DECISION,
            null,
            new PolicyVersion("squarecb", "g1", 1),
            "topic=" + random.nextInt(16),
            "main",
            null,
            null,
            Map.of(),
            Map.of(),
            "policy",
            Map.of("policy", 0.94, "holdout", 0.05, "uniform", 0.01),
            VARIANTS,
            List.of("", "", ""),
            new double[] {0.9, 0.8, 0.7},
            new long[] {1_000_000, 300_000, 50_000},
            new long[] {900_000, 500_000, 200_000},
            new double[] {0.875, 0.79, 0.69},
            new double[] {0.005, 0.005, 0.005},
            propensities,
            new double[0],
            propensities,
            25.0,
            100.0,
            Map.of("tokens", "256"),
            VARIANTS.get(arm),
            propensities[arm],
            false,
            List.of()),
        new InferenceEvent.Outcome(
            InferenceEvent.Ending.ANSWERED,
            null,
            VARIANTS.get(arm),
            "model-" + arm,
            "provider-1",
            1,
            false,
            "stop",
            false,
            "off"),
        new InferenceEvent.Quantities(
            new InferenceEvent.Tokens(300L, 120L, null, null, null),
            false,
            random.nextLong(1_000_000),
            "large",
            1_000_000L,
            random.nextLong(2_000_000),
            null,
            400),
        List.of(),
        new InferenceEvent.Payload(text.append('"').toString(), "[]", null, null, false));
  }
}
