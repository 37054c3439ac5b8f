package dev.pointsman.benchmarks.store;

import com.sun.management.OperatingSystemMXBean;
import dev.pointsman.eventlog.Event;
import dev.pointsman.eventlog.FeedbackEvent;
import dev.pointsman.eventlog.InferenceEvent;
import dev.pointsman.eventstore.ClickHouseSettings;
import dev.pointsman.eventstore.EventStore;
import dev.pointsman.eventstore.RewardRule;
import dev.pointsman.routing.Decision;
import dev.pointsman.routing.DecisionKind;
import dev.pointsman.routing.IdSource;
import dev.pointsman.routing.PolicyVersion;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;

/**
 * How many inferences a second a store takes, each with 3 KB of text that no compressor knows yet, and
 * how long its main questions take afterwards.
 *
 * <p>Arguments: number of inferences (default 100,000), batch size (default 5,000), JDBC URL of a
 * ClickHouse database (default: the embedded store). Prints one line per figure; only ratios between
 * runs on one quiet machine mean anything.
 */
public final class DrainRate {

  private static final List<String> VARIANTS = List.of("large", "medium", "small");
  private static final Instant START = Instant.parse("2026-11-20T00:00:00Z");
  private static final int TEXT_BYTES = 3_000;

  private static final OperatingSystemMXBean PROCESS =
      ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class);

  private DrainRate() {}

  /** Runs it in a temporary directory, which is left for inspection. */
  public static void main(String[] args) throws IOException {
    int rows = args.length > 0 ? Integer.parseInt(args[0]) : 100_000;
    int batch = args.length > 1 ? Integer.parseInt(args[1]) : 5_000;
    Path directory = Files.createTempDirectory("drain-rate");
    SplittableRandom random = new SplittableRandom(1);
    try (EventStore store =
        args.length > 2
            ? EventStore.connect(directory, ClickHouseSettings.of(args[2]))
            : EventStore.open(directory, EventStore.Settings.DEFAULT)) {
      long storing = 0;
      long worked = 0;
      long worst = 0;
      for (int first = 0; first < rows; first += batch) {
        List<Event> events = new ArrayList<>(batch);
        for (int i = first; i < Math.min(rows, first + batch); i++) {
          events.add(inference(i, random));
        }
        long start = System.nanoTime();
        long cpu = PROCESS.getProcessCpuTime();
        store.append(events, first + events.size());
        long took = System.nanoTime() - start;
        storing += took;
        worked += PROCESS.getProcessCpuTime() - cpu;
        worst = Math.max(worst, took);
      }
      System.out.printf(
          "stored %,d inferences in batches of %,d: %,.0f rows/s, worst batch %.0f ms,"
              + " %.1f us of this process's CPU each%n",
          rows, batch, rows / (storing / 1e9), worst / 1e6, worked / 1e3 / rows);
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

  private static InferenceEvent inference(int i, SplittableRandom random) {
    double[] propensities = {0.2, 0.3, 0.5};
    int arm = random.nextInt(VARIANTS.size());
    StringBuilder text = new StringBuilder(TEXT_BYTES + 32).append('"');
    while (text.length() < TEXT_BYTES) {
      text.append(Long.toString(random.nextLong(), 36)).append(' ');
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
