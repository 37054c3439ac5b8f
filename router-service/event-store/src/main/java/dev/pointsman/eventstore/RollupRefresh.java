package dev.pointsman.eventstore;

import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One run over what is derived for pages: usage, attempts and feedback together, or the decisions of
 * one reward rule. Buckets that something came in for are computed anew from the events; hours and
 * days are computed once they are over, so that what is under way is never written more often than by
 * the minute. How rows are replaced, and when that becomes visible, is the affair of the engine's {@link RollupTables}.
 */
final class RollupRefresh {

  /** How long minutes are kept, from the start of the present day back. */
  private static final Duration MINUTES_KEPT = Duration.ofDays(2);

  private final RollupTables tables;

  RollupRefresh(RollupTables tables) {
    this.tables = tables;
  }

  /** Usage, attempts and feedback; returns the number of minutes. */
  int usage(RollupTags tags, Instant asOf) throws SQLException {
    RollupTables.Mark mark = tables.mark("", "", tags.text());
    Instant computedFor = mark != null && mark.asOf().isAfter(asOf) ? mark.asOf() : asOf;
    Instant before = mark == null ? null : mark.asOf();
    DirtyBuckets started = DirtyBuckets.none(Grain.MINUTE);
    DirtyBuckets received = started;
    if (mark == null) {
      tables.begin("", "", computedFor);
      Map<String, Object> minutes = Map.of("width_us", Grain.MINUTE.micros());
      started = tables.buckets("all_usage", Map.of(), minutes, Grain.MINUTE);
      received = tables.buckets("all_feedback", Map.of(), minutes, Grain.MINUTE);
      // Older rows are of events that are deleted, and go on being right.
      if (!started.isEmpty()) {
        tables.clear(RollupTables.USAGE, started.firstDay());
        tables.clear(RollupTables.ATTEMPTS, started.firstDay());
      }
      if (!received.isEmpty()) {
        tables.clear(RollupTables.FEEDBACK, received.firstDay());
      }
    } else if (mark.behind()) {
      started = tables.buckets("dirty_usage", Map.of(), mark.since(), Grain.MINUTE);
      received = tables.buckets("dirty_feedback", Map.of(), mark.since(), Grain.MINUTE);
    } else if (!isNewBucket(Grain.HOUR, mark.asOf(), computedFor)) {
      return 0;
    }
    for (DirtyBuckets part : parts(RollupTables.USAGE, started, before, computedFor)) {
      for (Map<String, Object> cluster : part.clusters()) {
        Map<String, @Nullable Object> values = new HashMap<>(cluster);
        tables.replace(RollupTables.ATTEMPTS, "attempt_insert", values);
        values.put("rollup_tags", tags.text());
        tables.replace(RollupTables.USAGE, "usage_insert", values);
        release(mark);
      }
    }
    for (DirtyBuckets part : parts(RollupTables.FEEDBACK, received, before, computedFor)) {
      for (Map<String, Object> cluster : part.clusters()) {
        tables.replace(RollupTables.FEEDBACK, "feedback_insert", new HashMap<>(cluster));
        release(mark);
      }
    }
    tables.keepLatest(started, mark == null);
    trim(
        List.of(RollupTables.USAGE, RollupTables.ATTEMPTS, RollupTables.FEEDBACK),
        before,
        computedFor);
    end(mark, "", "", tags.text(), computedFor);
    return started.size() + received.size();
  }

  /** The decisions of one rule; returns the number of minutes. */
  int decisions(RewardRule rule, RollupTags tags, Instant asOf) throws SQLException {
    String function = rule.functionName();
    String text = rule + " " + tags.text();
    RollupTables.Mark mark = tables.mark(function, rule.metric(), text);
    Instant computedFor = mark != null && mark.asOf().isAfter(asOf) ? mark.asOf() : asOf;
    Instant before = mark == null ? null : mark.asOf();
    DirtyBuckets dirty = DirtyBuckets.none(Grain.MINUTE);
    if (mark == null) {
      tables.begin(function, rule.metric(), computedFor);
      dirty =
          tables.buckets(
              "all_units",
              Map.of(),
              Map.of("function", function, "width_us", Grain.MINUTE.micros()),
              Grain.MINUTE);
      if (!dirty.isEmpty()) {
        tables.clear(rule, dirty.firstDay());
      }
    } else {
      boolean matures = rule.noFeedback() != null && computedFor.isAfter(mark.asOf());
      if (mark.behind() || matures) {
        Map<String, Object> values =
            new HashMap<>(rule.dirtyValues(mark.asOf(), computedFor, Grain.MINUTE));
        values.putAll(mark.since());
        dirty = tables.buckets("dirty_units", Map.of("marks", "rollup_mark"), values, Grain.MINUTE);
      } else if (!isNewBucket(Grain.HOUR, mark.asOf(), computedFor)) {
        return 0;
      }
    }
    Instant minutesFrom = minutesFrom(computedFor);
    for (DirtyBuckets part : parts(RollupTables.DECISIONS, dirty, before, computedFor)) {
      boolean days = part.grain() == Grain.DAY;
      boolean fromMinutes = part.grain() == Grain.HOUR && !part.startsBefore(minutesFrom);
      for (Map<String, Object> cluster : part.clusters()) {
        Map<String, @Nullable Object> values = new HashMap<>(cluster);
        values.put("function", function);
        values.put("metric", rule.metric());
        if (days || fromMinutes) {
          values.put("shorter", (days ? Grain.HOUR : Grain.MINUTE).length().toSeconds());
          tables.replace(RollupTables.DECISIONS, "decision_merge", values);
        } else {
          values.putAll(rule.sqlValues(computedFor));
          values.put("rollup_tags", tags.text());
          tables.replace(RollupTables.DECISIONS, "decision_insert", values);
        }
        release(mark);
      }
    }
    trim(List.of(RollupTables.DECISIONS), before, computedFor);
    end(mark, function, rule.metric(), text, computedFor);
    return dirty.size();
  }

  private void release(RollupTables.@Nullable Mark mark) throws SQLException {
    if (mark == null) {
      tables.release();
    }
  }

  private void end(
      RollupTables.@Nullable Mark mark, String function, String metric, String rule, Instant asOf)
      throws SQLException {
    if (mark == null) {
      tables.finish(function, metric, rule, asOf);
    } else {
      tables.move(function, metric, rule, asOf);
    }
  }

  /**
   * What must be computed for some dirty minutes, and because hours and days have come to their end
   * since: minutes, hours, days, in this order. Of hours so old that there are no minutes, and of the
   * others, each apart.
   */
  private List<DirtyBuckets> parts(
      String table, DirtyBuckets minutes, @Nullable Instant before, Instant asOf)
      throws SQLException {
    Instant hoursUntil = Grain.HOUR.floor(asOf);
    Instant daysUntil = Grain.DAY.floor(asOf);
    DirtyBuckets hours = minutes.in(Grain.HOUR);
    DirtyBuckets days = minutes.in(Grain.DAY);
    if (before != null && isNewBucket(Grain.HOUR, before, asOf)) {
      // Rows may be of a time after the last refresh, so what ended since is asked for by the
      // table.
      hours =
          hours.and(
              there(table, Grain.MINUTE, Grain.HOUR.floor(before), hoursUntil).in(Grain.HOUR));
      if (isNewBucket(Grain.DAY, before, asOf)) {
        days =
            days.and(there(table, Grain.HOUR, Grain.DAY.floor(before), daysUntil).in(Grain.DAY))
                .and(hours.in(Grain.DAY));
      }
    }
    Instant minutesFrom = minutesFrom(asOf);
    return List.of(
        minutes.within(minutesFrom, null),
        hours.within(null, minutesFrom),
        hours.within(minutesFrom, hoursUntil),
        days.within(null, daysUntil));
  }

  private DirtyBuckets there(String table, Grain grain, Instant from, Instant to)
      throws SQLException {
    return tables.buckets(
        "rollup_buckets",
        Map.of("table", table),
        Map.of("width_us", grain.micros(), "from", from, "to", to),
        grain);
  }

  private void trim(List<String> names, @Nullable Instant before, Instant asOf)
      throws SQLException {
    if (before != null && isNewBucket(Grain.DAY, before, asOf)) {
      for (String table : names) {
        tables.trim(table, minutesFrom(asOf));
      }
    }
  }

  /** Since when there are minutes. */
  static Instant minutesFrom(Instant asOf) {
    return Grain.DAY.floor(asOf).minus(MINUTES_KEPT);
  }

  private static boolean isNewBucket(Grain grain, Instant before, Instant now) {
    return grain.indexOf(before) != grain.indexOf(now);
  }
}
