package dev.pointsman.report;

import dev.pointsman.eventstore.DecisionSums;
import dev.pointsman.eventstore.RewardRule;
import dev.pointsman.eventstore.StatisticsRow;
import dev.pointsman.eventstore.TrafficFilter;
import dev.pointsman.eventstore.TrafficQueries;
import dev.pointsman.eventstore.TrafficQueries.DecisionGrouping;
import dev.pointsman.report.FunctionReport.Range;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Where the figures of functions come from. Short ranges that ended a while ago at most are read from
 * the statistics, by ten seconds; others from the rollups, by minutes, hours and days. All functions
 * are asked for at once, so that a page of many costs no more questions than one of a single one.
 */
final class FigureSources {

  private static final int MOST_BUCKETS = 60;
  private static final Duration YOUNG = Duration.ofHours(1);
  private static final Duration BY_MINUTES = Duration.ofDays(1);
  private static final Duration BY_HOURS = Duration.ofDays(14);

  private final TrafficQueries traffic;

  FigureSources(TrafficQueries traffic) {
    this.traffic = traffic;
  }

  /**
   * The sources of each rule's function, in the order of the rules.
   *
   * @param bySegment whether segments are kept apart
   */
  List<FunctionFigures.Sources> of(
      Collection<RewardRule> rules, Range range, Instant now, boolean bySegment) {
    boolean young =
        Duration.between(range.from(), range.to()).compareTo(YOUNG) <= 0
            && !range.from().isBefore(StatisticsRow.compactedUntil(now));
    Duration width = widthOf(range, young);
    Duration coarse = young ? Duration.ofMinutes(1) : width;
    TrafficFilter all = TrafficFilter.between(range.from(), range.to());
    Map<String, List<DecisionSums>> sums =
        byFunction(young, all, rules, new DecisionGrouping(bySegment, true, false, null));
    Map<String, List<DecisionSums>> overTime =
        byFunction(young, all, rules, new DecisionGrouping(false, true, false, width));
    Map<String, List<DecisionSums>> lanes =
        young
            ? byFunction(false, all, rules, new DecisionGrouping(false, true, false, coarse))
            : overTime;
    Map<Instant, Matured> byMaturity = new HashMap<>();
    List<FunctionFigures.Sources> sources = new ArrayList<>();
    for (RewardRule rule : rules) {
      String function = rule.functionName();
      Instant maturedUntil = maturedUntil(rule, now, young);
      Matured matured =
          byMaturity.computeIfAbsent(
              maturedUntil, until -> matured(rules, all, until, young, bySegment));
      sources.add(
          new FunctionFigures.Sources(
              sums.getOrDefault(function, List.of()),
              matured.sums().getOrDefault(function, List.of()),
              overTime.getOrDefault(function, List.of()),
              lanes.getOrDefault(function, List.of()),
              matured.weighted().getOrDefault(function, List.of()),
              maturedUntil,
              width));
    }
    return sources;
  }

  private record Matured(
      Map<String, List<DecisionSums>> sums, Map<String, List<DecisionSums>> weighted) {}

  private Matured matured(
      Collection<RewardRule> rules,
      TrafficFilter all,
      Instant until,
      boolean young,
      boolean bySegment) {
    if (!until.isAfter(all.from())) {
      return new Matured(Map.of(), Map.of());
    }
    TrafficFilter old = all.in(all.from(), until.isBefore(all.to()) ? until : all.to());
    Map<String, List<DecisionSums>> sums =
        byFunction(young, old, rules, new DecisionGrouping(bySegment, true, false, null));
    return new Matured(
        sums, bySegment ? byFunction(false, old, rules, DecisionGrouping.TOTAL) : Map.of());
  }

  private Map<String, List<DecisionSums>> byFunction(
      boolean young, TrafficFilter filter, Collection<RewardRule> rules, DecisionGrouping by) {
    Map<String, List<DecisionSums>> found = new HashMap<>();
    List<DecisionSums> rows =
        young ? traffic.youngDecisions(filter, rules, by) : traffic.decisions(filter, rules, by);
    rows.forEach(row -> found.computeIfAbsent(row.functionName(), f -> new ArrayList<>()).add(row));
    return found;
  }

  /** Since when decisions may still get feedback, rounded down to what there are buckets for. */
  private static Instant maturedUntil(RewardRule rule, Instant now, boolean young) {
    Instant until = now.minus(rule.attributionWindow());
    return young ? StatisticsRow.bucketOf(until) : until.truncatedTo(ChronoUnit.MINUTES);
  }

  /** The length of a bucket of which there are at most {@value #MOST_BUCKETS}. */
  static Duration widthOf(Range range, boolean young) {
    Duration length = Duration.between(range.from(), range.to());
    Duration step =
        young
            ? StatisticsRow.BUCKET
            : length.compareTo(BY_MINUTES) <= 0
                ? Duration.ofMinutes(1)
                : length.compareTo(BY_HOURS) <= 0 ? Duration.ofHours(1) : Duration.ofDays(1);
    long steps = Math.ceilDiv(length.toSeconds(), MOST_BUCKETS * step.toSeconds());
    return step.multipliedBy(Math.max(1, steps));
  }
}
