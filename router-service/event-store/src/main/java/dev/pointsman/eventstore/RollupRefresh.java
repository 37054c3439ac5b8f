package dev.pointsman.eventstore;

import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One run over what is derived for pages: usage, attempts and feedback together, or the decisions of
 * one reward rule. Buckets that something came in for are computed anew from the events; hours and
 * days are computed once they are over, so that what is under way is never written more often than by
 * the minute. How rows are replaced, and when that becomes visible, is the engine's affair.
 */
abstract class RollupRefresh {

  static final String USAGE = "usage_rollup";
  static final String ATTEMPTS = "attempt_rollup";
  static final String FEEDBACK = "feedback_rollup";
  static final String DECISIONS = "decision_rollup";

  /** How long minutes are kept, from the start of the present day back. */
  private static final Duration MINUTES_KEPT = Duration.ofDays(2);

  /**
   * How far rows reach.
   *
   * @param behind whether events came in since
   * @param since what a question about those events needs to be told
   */
  record Mark(Instant asOf, boolean behind, Map<String, Object> since) {}

  /** The mark, null when nothing was computed by exactly this rule. */
  abstract @Nullable Mark mark(String function, String metric, String rule) throws SQLException;

  /** Says that all that was stored when the run began is in. */
  abstract void move(String function, String metric, String rule, Instant asOf)
      throws SQLException;

  /** Removes what was computed by another rule: of one function's decisions, or of all the rest. */
  abstract void clear(@Nullable RewardRule rule) throws SQLException;

  /** The buckets that a statement finds. */
  abstract DirtyBuckets buckets(
      String sql, Map<String, String> identifiers, Map<String, Object> values, Grain grain)
      throws SQLException;

  /** Computes the rows of a cluster of buckets in the place of those there are. */
  abstract void replace(String table, String insert, Map<String, @Nullable Object> values)
      throws SQLException;

  /** Keeps the last decisions, where the engine does not find them fast enough. */
  abstract void keepLatest(DirtyBuckets started) throws SQLException;

  /** Drops a table's minutes before a time. */
  abstract void trim(String table, Instant before) throws SQLException;

  /** Usage, attempts and feedback; returns the number of minutes. */
  final int usage(RollupTags tags, Instant asOf) throws SQLException {
    Mark mark = mark("", "", tags.text());
    Instant computedFor = mark != null && mark.asOf().isAfter(asOf) ? mark.asOf() : asOf;
    Instant before = mark == null ? null : mark.asOf();
    DirtyBuckets started = DirtyBuckets.none(Grain.MINUTE);
    DirtyBuckets received = started;
    if (mark == null) {
      clear(null);
      Map<String, Object> minutes = Map.of("width_us", Grain.MINUTE.micros());
      started = buckets("all_usage", Map.of(), minutes, Grain.MINUTE);
      received = buckets("all_feedback", Map.of(), minutes, Grain.MINUTE);
    } else if (mark.behind()) {
      started = buckets("dirty_usage", Map.of(), mark.since(), Grain.MINUTE);
      received = buckets("dirty_feedback", Map.of(), mark.since(), Grain.MINUTE);
    } else if (!isNewBucket(Grain.HOUR, mark.asOf(), computedFor)) {
      return 0;
    }
    for (DirtyBuckets part : parts(USAGE, started, before, computedFor)) {
      for (Map<String, Object> cluster : part.clusters()) {
        Map<String, @Nullable Object> values = new HashMap<>(cluster);
        replace(ATTEMPTS, "attempt_insert", values);
        values.put("rollup_tags", tags.text());
        replace(USAGE, "usage_insert", values);
      }
    }
    for (DirtyBuckets part : parts(FEEDBACK, received, before, computedFor)) {
      for (Map<String, Object> cluster : part.clusters()) {
        replace(FEEDBACK, "feedback_insert", new HashMap<>(cluster));
      }
    }
    keepLatest(started);
    trim(List.of(USAGE, ATTEMPTS, FEEDBACK), before, computedFor);
    move("", "", tags.text(), computedFor);
    return started.size() + received.size();
  }

  /** The decisions of one rule; returns the number of minutes. */
  final int decisions(RewardRule rule, RollupTags tags, Instant asOf) throws SQLException {
    String function = rule.functionName();
    String text = rule + " " + tags.text();
    Mark mark = mark(function, rule.metric(), text);
    Instant computedFor = mark != null && mark.asOf().isAfter(asOf) ? mark.asOf() : asOf;
    Instant before = mark == null ? null : mark.asOf();
    DirtyBuckets dirty = DirtyBuckets.none(Grain.MINUTE);
    if (mark == null) {
      clear(rule);
      dirty =
          buckets(
              "all_units",
              Map.of(),
              Map.of("function", function, "width_us", Grain.MINUTE.micros()),
              Grain.MINUTE);
    } else {
      boolean matures = rule.noFeedback() != null && computedFor.isAfter(mark.asOf());
      if (mark.behind() || matures) {
        Map<String, Object> values =
            new HashMap<>(rule.dirtyValues(mark.asOf(), computedFor, Grain.MINUTE));
        values.putAll(mark.since());
        dirty = buckets("dirty_units", Map.of("marks", "rollup_mark"), values, Grain.MINUTE);
      } else if (!isNewBucket(Grain.HOUR, mark.asOf(), computedFor)) {
        return 0;
      }
    }
    Instant minutesFrom = minutesFrom(computedFor);
    for (DirtyBuckets part : parts(DECISIONS, dirty, before, computedFor)) {
      boolean days = part.grain() == Grain.DAY;
      boolean fromMinutes = part.grain() == Grain.HOUR && !part.startsBefore(minutesFrom);
      for (Map<String, Object> cluster : part.clusters()) {
        Map<String, @Nullable Object> values = new HashMap<>(cluster);
        values.put("function", function);
        values.put("metric", rule.metric());
        if (days || fromMinutes) {
          values.put("shorter", (days ? Grain.HOUR : Grain.MINUTE).length().toSeconds());
          replace(DECISIONS, "decision_merge", values);
        } else {
          values.putAll(rule.sqlValues(computedFor));
          values.put("rollup_tags", tags.text());
          replace(DECISIONS, "decision_insert", values);
        }
      }
    }
    trim(List.of(DECISIONS), before, computedFor);
    move(function, rule.metric(), text, computedFor);
    return dirty.size();
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
      // Rows may be of a time after the last refresh, so what ended since is asked for by the table.
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
    return buckets(
        "rollup_buckets",
        Map.of("table", table),
        Map.of("width_us", grain.micros(), "from", from, "to", to),
        grain);
  }

  private void trim(List<String> tables, @Nullable Instant before, Instant asOf)
      throws SQLException {
    if (before != null && isNewBucket(Grain.DAY, before, asOf)) {
      for (String table : new ArrayList<>(tables)) {
        trim(table, minutesFrom(asOf));
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
