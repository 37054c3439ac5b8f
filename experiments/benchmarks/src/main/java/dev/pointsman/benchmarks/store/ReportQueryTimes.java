package dev.pointsman.benchmarks.store;

import dev.pointsman.catalog.FunctionCatalog;
import dev.pointsman.eventlog.FeedbackEvent;
import dev.pointsman.eventstore.EventStore;
import dev.pointsman.eventstore.RewardRule;
import dev.pointsman.eventstore.RollupTags;
import dev.pointsman.eventstore.TrafficFilter;
import dev.pointsman.eventstore.TrafficQueries;
import dev.pointsman.eventstore.TrafficQueries.DecisionGrouping;
import dev.pointsman.eventstore.TrafficQueries.Dimension;
import dev.pointsman.eventstore.TrafficQueries.Grouping;
import dev.pointsman.eventstore.TrafficQueries.Measure;
import dev.pointsman.report.FunctionReport.Range;
import dev.pointsman.report.LiveDecision;
import dev.pointsman.report.LiveQuery;
import dev.pointsman.report.Reports;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * How long pages and the questions behind them take over a month of traffic, and how long it takes to
 * bring up to date what they read.
 *
 * <p>Arguments: a directory; decisions (default 5,000,000); feedbacks (default 2,000,000); JDBC URL of
 * a ClickHouse database (default: the embedded store). A store without inferences is filled first.
 * Prints for each question the first time, the median and the worst of eight more in milliseconds,
 * and the median of this process's CPU time.
 */
public final class ReportQueryTimes {

  private static final String FUNCTION = MonthStore.FUNCTIONS.getFirst();
  private static final int ROUNDS = 9;
  private static final com.sun.management.OperatingSystemMXBean PROCESS =
      ManagementFactory.getPlatformMXBean(com.sun.management.OperatingSystemMXBean.class);

  private ReportQueryTimes() {}

  /** Runs it. */
  public static void main(String[] args) throws IOException, SQLException {
    try (EventStore store = MonthStore.filled(args)) {
      measure(store);
    }
  }

  private static void measure(EventStore store) {
    Instant now = MonthOfTraffic.end();
    List<RewardRule> rules = MonthStore.FUNCTIONS.stream().map(MonthStore::rule).toList();
    RollupTags tags = RollupTags.of(List.of("plan"));
    once("rollups brought up to date", () -> store.refreshRollups(rules, tags, now));
    once(
        "statistics brought up to date",
        () -> store.refreshStatistics(MonthStore.rule(FUNCTION), now));
    once("nothing new", () -> store.refreshRollups(rules, tags, now));
    Reports reports = reports(store, now);
    for (Duration age : List.of(Duration.ofDays(9), Duration.ofMinutes(5))) {
      LiveDecision about = reports(store, now.minus(age)).live(live(FUNCTION, null)).getFirst();
      store.append(List.of(value(about)), store.lastSequence() + 1);
      once("rollups, a value %s late".formatted(age), () -> store.refreshRollups(rules, tags, now));
      once("statistics, the same", () -> store.refreshStatistics(MonthStore.rule(FUNCTION), now));
    }
    questions(store, reports, now).forEach(ReportQueryTimes::time);
  }

  private static FeedbackEvent value(LiveDecision about) {
    return new FeedbackEvent(
        UUID.randomUUID(),
        about.startedAt().plusSeconds(60),
        FeedbackEvent.Target.INFERENCE,
        about.inferenceId(),
        MonthStore.METRIC,
        true,
        null,
        null,
        "api",
        Map.of(),
        null,
        null);
  }

  private static Reports reports(EventStore store, Instant now) {
    FunctionCatalog catalog = MonthStore.catalog();
    return new Reports(
        store,
        () -> catalog,
        function -> MonthStore.rule(function.name()),
        (function, revision, challenger, hash) -> Optional.empty(),
        () -> now);
  }

  private static LiveQuery live(@Nullable String function, @Nullable UUID before) {
    return new LiveQuery(function, null, null, null, List.of(), null, null, null, before, 50);
  }

  private static Map<String, Runnable> questions(EventStore store, Reports reports, Instant now) {
    Map<String, Runnable> questions = new LinkedHashMap<>();
    List<Duration> lengths =
        List.of(
            Duration.ofMinutes(5), Duration.ofHours(24), Duration.ofDays(7), Duration.ofDays(30));
    for (Duration length : lengths) {
      Range range = new Range(now.minus(length), now);
      questions.put("function page, " + length, () -> reports.function(FUNCTION, range));
      questions.put("overview, " + length, () -> reports.overview(range));
    }
    questions.put("variant sampling probabilities", () -> reports.samplingProbabilities(FUNCTION));
    questions.put("names of functions", reports::functionNames);
    questions.put("live table", () -> reports.live(live(FUNCTION, null)));
    questions.put("live table of a small function", () -> reports.live(live("extract", null)));
    UUID middle =
        reports(store, now.minus(Duration.ofDays(11)))
            .live(live(FUNCTION, null))
            .getFirst()
            .inferenceId();
    questions.put("live table, far down", () -> reports.live(live(FUNCTION, middle)));
    questions.put("one inference", () -> reports.story(middle));
    for (Duration length : lengths) {
      traffic(store.traffic(), now, length, questions);
    }
    return questions;
  }

  private static void traffic(
      TrafficQueries traffic, Instant now, Duration length, Map<String, Runnable> questions) {
    TrafficFilter all = TrafficFilter.between(now.minus(length), now);
    TrafficFilter of = all.ofFunction(FUNCTION);
    List<RewardRule> rules = List.of(MonthStore.rule(FUNCTION));
    Duration width = widthOf(length);
    String in = ", " + length;
    questions.put(
        "usage by key and model" + in,
        () -> traffic.usage(all, Grouping.by(Dimension.KEY, Dimension.MODEL)));
    questions.put("usage by tag" + in, () -> traffic.usage(all, Grouping.byTag("plan")));
    questions.put(
        "usage over time by variant" + in,
        () -> traffic.usage(of, Grouping.by(Dimension.VARIANT).over(width)));
    questions.put(
        "durations by variant" + in,
        () -> traffic.latency(of, Grouping.by(Dimension.VARIANT), Measure.DURATION));
    questions.put(
        "durations over time of one key" + in,
        () ->
            traffic.latency(
                of.ofKey("key-3"), Grouping.by(Dimension.VARIANT).over(width), Measure.DURATION));
    questions.put(
        "decisions by segment and lane" + in,
        () -> traffic.decisions(of, rules, new DecisionGrouping(true, true, false, null)));
    questions.put(
        "decisions over time by lane" + in,
        () -> traffic.decisions(of, rules, new DecisionGrouping(false, true, false, width)));
    questions.put(
        "decisions over time of a tag" + in,
        () ->
            traffic.decisions(
                of.withTag("plan", "pro"), rules, new DecisionGrouping(false, true, false, width)));
    questions.put("feedback by status" + in, () -> traffic.feedback(all, null, null, null));
    questions.put("feedback delay" + in, () -> traffic.feedbackDelay(of, MonthStore.METRIC, null));
    questions.put("attempts by provider" + in, () -> traffic.attempts(all, null, null));
    questions.put(
        "attempt durations" + in, () -> traffic.attemptLatency(all, null, Measure.DURATION));
  }

  /** As pages choose it. */
  private static Duration widthOf(Duration length) {
    if (length.compareTo(Duration.ofHours(1)) <= 0) {
      return Duration.ofMinutes(1);
    }
    if (length.compareTo(Duration.ofDays(1)) <= 0) {
      return Duration.ofMinutes(24);
    }
    return length.compareTo(Duration.ofDays(14)) <= 0
        ? Duration.ofHours(Math.ceilDiv(length.toHours(), 60))
        : Duration.ofDays(1);
  }

  private static void once(String what, Runnable work) {
    long start = System.nanoTime();
    long cpu = PROCESS.getProcessCpuTime();
    work.run();
    System.out.printf(
        "%-48s %8.0f ms, CPU %8.0f ms%n",
        what, (System.nanoTime() - start) / 1e6, (PROCESS.getProcessCpuTime() - cpu) / 1e6);
  }

  private static void time(String what, Runnable question) {
    List<Double> millis = new ArrayList<>();
    List<Double> worked = new ArrayList<>();
    for (int i = 0; i < ROUNDS; i++) {
      long start = System.nanoTime();
      long cpu = PROCESS.getProcessCpuTime();
      question.run();
      millis.add((System.nanoTime() - start) / 1e6);
      worked.add((PROCESS.getProcessCpuTime() - cpu) / 1e6);
    }
    double[] warm = sorted(millis);
    System.out.printf(
        "%-48s first %6.0f  median %6.0f  worst %6.0f  CPU %6.0f%n",
        what,
        millis.getFirst(),
        warm[warm.length / 2],
        warm[warm.length - 1],
        sorted(worked)[warm.length / 2]);
  }

  private static double[] sorted(List<Double> values) {
    return values.stream().skip(1).mapToDouble(v -> v).sorted().toArray();
  }
}
