package dev.pointsman.benchmarks.store;

import dev.pointsman.eventlog.FeedbackEvent;
import dev.pointsman.eventlog.InferenceEvent;
import dev.pointsman.eventstore.EventStore;
import dev.pointsman.eventstore.HistoryQueries;
import dev.pointsman.eventstore.RewardRule;
import dev.pointsman.eventstore.RollupTags;
import dev.pointsman.eventstore.TrafficFilter;
import dev.pointsman.eventstore.TrafficQueries;
import dev.pointsman.eventstore.TrafficQueries.DecisionGrouping;
import dev.pointsman.eventstore.TrafficQueries.Dimension;
import dev.pointsman.eventstore.TrafficQueries.Grouping;
import dev.pointsman.eventstore.TrafficQueries.Measure;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * How long the questions behind pages take over a month of traffic, and how long it takes to bring
 * the rollups that they read up to date.
 *
 * <p>Arguments: a directory, which is filled when it has no store yet and used as it is otherwise;
 * decisions (default 5,000,000); feedbacks (default 2,000,000). Prints for each question the first
 * time, the median and the worst of the others in milliseconds.
 */
public final class ReportQueryTimes {

  private static final String FUNCTION = "support_reply";
  private static final String METRIC = "resolved";
  private static final int ROUNDS = 9;

  private ReportQueryTimes() {}

  /** Runs it. */
  public static void main(String[] args) throws IOException, SQLException {
    Path directory = Path.of(args[0]);
    long decisions = args.length > 1 ? Long.parseLong(args[1]) : 5_000_000;
    long feedbacks = args.length > 2 ? Long.parseLong(args[2]) : 2_000_000;
    if (!Files.exists(directory.resolve("events.duckdb"))) {
      Files.createDirectories(directory);
      EventStore.open(directory, EventStore.Settings.DEFAULT).close();
      long start = System.nanoTime();
      try (Connection connection = DriverManager.getConnection("jdbc:duckdb:");
          Statement statement = connection.createStatement()) {
        statement.execute(
            "ATTACH '%s' AS ev (ROW_GROUP_SIZE 8192, STORAGE_VERSION 'latest')"
                .formatted(directory.resolve("events.duckdb")));
        statement.execute("USE ev");
        statement.execute("SET force_compression = 'zstd'");
        statement.execute("SET memory_limit = '2GB'");
        statement.execute("SET threads = 2");
        new MonthOfTraffic(decisions, feedbacks).fill(connection, "duckdb");
      }
      System.out.printf("filled in %.0f s%n", (System.nanoTime() - start) / 1e9);
    }
    try (EventStore store = EventStore.open(directory, EventStore.Settings.DEFAULT)) {
      measure(store);
    }
  }

  private static void measure(EventStore store) {
    Instant now = MonthOfTraffic.end();
    RewardRule rule =
        RewardRule.ofBoolean(
            FUNCTION, METRIC, RewardRule.Level.INFERENCE, Duration.ofDays(1));
    RollupTags tags = RollupTags.of(List.of("plan"));
    once("rollups brought up to date", () -> store.refreshRollups(List.of(rule), tags, now));
    once("statistics brought up to date", () -> store.refreshStatistics(rule, now));
    once("nothing new", () -> store.refreshRollups(List.of(rule), tags, now));
    InferenceEvent late =
        store
            .history()
            .inferences(FUNCTION, HistoryQueries.Key.until(now.minus(Duration.ofDays(9))), 1)
            .getFirst();
    InferenceEvent young =
        store.history().inferences(FUNCTION, HistoryQueries.Key.until(now), 1).getFirst();
    for (InferenceEvent about : List.of(late, young)) {
      String age = about == late ? "one late value" : "one young value";
      store.append(List.of(value(about)), store.lastSequence() + 1);
      once("rollups after " + age, () -> store.refreshRollups(List.of(rule), tags, now));
      once("statistics after " + age, () -> store.refreshStatistics(rule, now));
    }
    questions(store, now).forEach(ReportQueryTimes::time);
  }

  private static FeedbackEvent value(InferenceEvent about) {
    return new FeedbackEvent(
        java.util.UUID.randomUUID(),
        about.at().plusSeconds(60),
        FeedbackEvent.Target.INFERENCE,
        about.ids().inferenceId(),
        METRIC,
        true,
        null,
        null,
        "api",
        Map.of(),
        null,
        null);
  }

  private static Map<String, Runnable> questions(EventStore store, Instant now) {
    TrafficQueries traffic = store.traffic();
    Map<String, Runnable> questions = new LinkedHashMap<>();
    for (Duration length :
        List.of(Duration.ofMinutes(5), Duration.ofHours(24), Duration.ofDays(7), Duration.ofDays(30))) {
      TrafficFilter range = TrafficFilter.between(now.minus(length), now);
      TrafficFilter of = range.ofFunction(FUNCTION);
      Duration width = widthOf(length);
      String suffix = ", " + length;
      questions.put(
          "usage by function" + suffix,
          () -> traffic.usage(range, Grouping.by(Dimension.FUNCTION)));
      questions.put(
          "usage by key and model" + suffix,
          () -> traffic.usage(range, Grouping.by(Dimension.KEY, Dimension.MODEL)));
      questions.put(
          "usage by tag" + suffix, () -> traffic.usage(range, Grouping.byTag("plan")));
      questions.put(
          "usage over time by variant" + suffix,
          () -> traffic.usage(of, Grouping.by(Dimension.VARIANT).over(width)));
      questions.put(
          "durations by variant" + suffix,
          () -> traffic.latency(of, Dimension.VARIANT, Measure.DURATION));
      questions.put(
          "durations of one key" + suffix,
          () -> traffic.latency(of.ofKey("key-3"), Dimension.VARIANT, Measure.DURATION));
      questions.put(
          "decisions by segment and lane" + suffix,
          () ->
              traffic.decisions(
                  of, FUNCTION, METRIC, new DecisionGrouping(true, true, false, null)));
      questions.put(
          "decisions over time by lane" + suffix,
          () ->
              traffic.decisions(
                  of, FUNCTION, METRIC, new DecisionGrouping(false, true, false, width)));
      questions.put(
          "decisions over time of a tag" + suffix,
          () ->
              traffic.decisions(
                  of.withTag("plan", "pro"),
                  FUNCTION,
                  METRIC,
                  new DecisionGrouping(false, true, false, width)));
      questions.put(
          "feedback by status" + suffix, () -> traffic.feedback(range, null, null, null));
      questions.put(
          "feedback delay" + suffix, () -> traffic.feedbackDelay(of, METRIC, null));
      questions.put(
          "attempts by provider" + suffix, () -> traffic.attempts(range, null, null));
      questions.put(
          "attempt durations" + suffix,
          () -> traffic.attemptLatency(range, null, Measure.DURATION));
    }
    questions.put("names of functions", traffic::functionNames);
    questions.put(
        "young decisions over time",
        () ->
            traffic.youngDecisions(
                TrafficFilter.between(now.minus(Duration.ofMinutes(10)), now),
                FUNCTION,
                METRIC,
                new DecisionGrouping(false, true, false, Duration.ofSeconds(10))));
    questions.put(
        "mean propensities", () -> store.functions().meanPropensities(FUNCTION, 1_000));
    questions.put(
        "mean propensities by segment",
        () -> store.functions().meanPropensitiesBySegment(FUNCTION, 200));
    questions.put(
        "live table",
        () -> store.history().inferences(FUNCTION, HistoryQueries.Key.until(now), 50));
    questions.put(
        "live table of a small function",
        () -> store.history().inferences("extract", HistoryQueries.Key.until(now), 50));
    questions.put(
        "live table, a page in the middle",
        () ->
            store
                .history()
                .inferences(FUNCTION, HistoryQueries.Key.until(now.minus(Duration.ofDays(15))), 50));
    InferenceEvent some =
        store
            .history()
            .inferences(FUNCTION, HistoryQueries.Key.until(now.minus(Duration.ofDays(11))), 1)
            .getFirst();
    questions.put("one inference", () -> store.history().inference(some.ids().inferenceId()));
    return questions;
  }

  private static Duration widthOf(Duration length) {
    if (length.compareTo(Duration.ofHours(1)) <= 0) {
      return Duration.ofMinutes(1);
    }
    if (length.compareTo(Duration.ofDays(1)) <= 0) {
      return Duration.ofMinutes(24);
    }
    return Duration.ofHours(Math.ceilDiv(length.toHours(), 60));
  }

  private static void once(String what, Runnable work) {
    long start = System.nanoTime();
    work.run();
    System.out.printf("%-50s %8.0f ms%n", what, (System.nanoTime() - start) / 1e6);
  }

  private static void time(String what, Runnable question) {
    List<Double> millis = new ArrayList<>();
    for (int i = 0; i < ROUNDS; i++) {
      long start = System.nanoTime();
      question.run();
      millis.add((System.nanoTime() - start) / 1e6);
    }
    double[] warm = millis.stream().skip(1).mapToDouble(m -> m).sorted().toArray();
    System.out.printf(
        "%-50s first %6.0f  median %6.0f  worst %6.0f%n",
        what, millis.getFirst(), warm[warm.length / 2], Arrays.stream(warm).max().orElseThrow());
  }
}
