package dev.pointsman.eventstore;

import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.duckdb.DuckDBConnection;
import org.jspecify.annotations.Nullable;

/**
 * Keeps the rollups in step with what came in. Buckets that something came in for are computed anew
 * from the events; hours and days are computed once they are over, so that what is under way is never
 * written more often than by the minute. Usage, attempts and feedback go together in one transaction,
 * each reward rule's decisions in another.
 */
final class DuckDbRollups implements AutoCloseable {

  /** How long minutes are kept, from the start of the present day back. */
  private static final Duration MINUTES_KEPT = Duration.ofDays(2);

  /** What "lately" looks back over. */
  private static final Map<String, Object> LATELY = Map.of("overall", 1_000, "by_segment", 200);

  private static final String MARKS = "rollup_mark";
  private static final String USAGE = "usage_rollup";
  private static final String ATTEMPTS = "attempt_rollup";
  private static final String FEEDBACK = "feedback_rollup";
  private static final String DECISIONS = "decision_rollup";

  private final DuckDBConnection connection;
  private final DuckDbMarks marks;

  DuckDbRollups(DuckDBConnection connection) {
    this.connection = connection;
    this.marks = new DuckDbMarks(connection, MARKS);
  }

  /** See {@link EventStore#refreshRollups}. */
  synchronized int refresh(Collection<RewardRule> rules, RollupTags tags, Instant asOf) {
    int computed = inTransaction("usage", () -> refreshUsage(tags, asOf));
    for (RewardRule rule : rules) {
      computed +=
          inTransaction(
              "decisions of %s for '%s'".formatted(rule.functionName(), rule.metric()),
              () -> refreshDecisions(rule, tags, asOf));
    }
    return computed;
  }

  /** Forgets that anything was computed: the next refresh computes everything. */
  synchronized void forget() {
    inTransaction(
        "all",
        () -> {
          run("rollup_clear", Map.of("table", MARKS), Map.of());
          run("rollup_clear", Map.of("table", DECISIONS), Map.of());
          return 0;
        });
  }

  private int refreshUsage(RollupTags tags, Instant asOf) throws SQLException {
    DuckDbMarks.Mark mark = marks.of("", "", tags.text());
    Instant computedFor = mark != null && mark.asOf().isAfter(asOf) ? mark.asOf() : asOf;
    Instant before = mark == null ? null : mark.asOf();
    DirtyBuckets started;
    DirtyBuckets received;
    if (mark == null) {
      for (String table : List.of(USAGE, ATTEMPTS, FEEDBACK, "latest_decision")) {
        run("rollup_clear", Map.of("table", table), Map.of());
      }
      Map<String, Object> minutes = Map.of("width_us", Grain.MINUTE.micros());
      started = buckets("all_usage", minutes);
      received = buckets("all_feedback", minutes);
    } else if (mark.behind()) {
      started = buckets("dirty_usage", Map.of());
      received = buckets("dirty_feedback", Map.of());
    } else {
      started = DirtyBuckets.none(Grain.MINUTE);
      received = started;
      if (!isNewBucket(Grain.HOUR, mark.asOf(), computedFor)) {
        return 0;
      }
    }
    Map<String, Object> kept = Map.of("rollup_tags", tags.text());
    for (DirtyBuckets part : parts(USAGE, started, before, computedFor)) {
      for (Map<String, Object> cluster : part.clusters()) {
        replace(USAGE, cluster, "usage_insert", kept);
        replace(ATTEMPTS, cluster, "attempt_insert", Map.of());
      }
    }
    for (DirtyBuckets part : parts(FEEDBACK, received, before, computedFor)) {
      for (Map<String, Object> cluster : part.clusters()) {
        replace(FEEDBACK, cluster, "feedback_insert", Map.of());
      }
    }
    if (!started.isEmpty()) {
      for (Map<String, Object> cluster : started.clusters()) {
        Map<String, Object> values = new HashMap<>(LATELY);
        values.put("from", cluster.get("from"));
        values.put("to", cluster.get("to"));
        run("latest_insert", Map.of(), values);
      }
      run("latest_trim", Map.of(), LATELY);
    }
    trim(List.of(USAGE, ATTEMPTS, FEEDBACK), before, computedFor);
    marks.move("", "", tags.text(), computedFor);
    return started.size() + received.size();
  }

  private int refreshDecisions(RewardRule rule, RollupTags tags, Instant asOf)
      throws SQLException {
    String text = rule + " " + tags.text();
    Map<String, Object> whose =
        Map.of("function", rule.functionName(), "metric", rule.metric());
    DuckDbMarks.Mark mark = marks.of(rule.functionName(), rule.metric(), text);
    Instant computedFor = mark != null && mark.asOf().isAfter(asOf) ? mark.asOf() : asOf;
    Instant before = mark == null ? null : mark.asOf();
    DirtyBuckets dirty;
    if (mark == null) {
      run("decision_clear", Map.of(), whose);
      dirty =
          buckets(
              "all_units",
              Map.of("function", rule.functionName(), "width_us", Grain.MINUTE.micros()));
    } else {
      boolean matures = rule.noFeedback() != null && computedFor.isAfter(mark.asOf());
      if (!mark.behind() && !matures && !isNewBucket(Grain.HOUR, mark.asOf(), computedFor)) {
        return 0;
      }
      dirty =
          mark.behind() || matures
              ? DuckDbStatistics.dirtyUnits(
                  connection, MARKS, Grain.MINUTE, rule, mark.asOf(), computedFor)
              : DirtyBuckets.none(Grain.MINUTE);
    }
    Instant minutesFrom = minutesFrom(computedFor);
    for (DirtyBuckets part : parts(DECISIONS, dirty, before, computedFor)) {
      for (Map<String, Object> cluster : part.clusters()) {
        Map<String, @Nullable Object> values = new HashMap<>(cluster);
        values.putAll(whose);
        run("decision_delete", Map.of(), values);
        boolean fromShorter =
            part.grain() == Grain.DAY
                || part.grain() == Grain.HOUR
                    && !((Instant) cluster.get("from")).isBefore(minutesFrom);
        if (fromShorter) {
          Grain shorter = part.grain() == Grain.DAY ? Grain.HOUR : Grain.MINUTE;
          values.put("shorter", shorter.length().toSeconds());
          run("decision_merge", Map.of(), values);
        } else {
          values.putAll(rule.sqlValues(computedFor));
          values.put("rollup_tags", tags.text());
          run("decision_insert", Map.of(), values);
        }
      }
    }
    trim(List.of(DECISIONS), before, computedFor);
    marks.move(rule.functionName(), rule.metric(), text, computedFor);
    return dirty.size();
  }

  /**
   * What must be computed for some dirty minutes, and because hours and days have come to their end
   * since: minutes, hours, days, in this order.
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
      Instant ended = Grain.HOUR.floor(before);
      hours = hours.and(there(table, Grain.MINUTE, ended, hoursUntil).in(Grain.HOUR));
      if (isNewBucket(Grain.DAY, before, asOf)) {
        Instant firstDay = Grain.DAY.floor(before);
        days = days.and(there(table, Grain.HOUR, firstDay, daysUntil).in(Grain.DAY)).and(hours.in(Grain.DAY));
      }
    }
    Instant minutesFrom = minutesFrom(asOf);
    DirtyBuckets old = hours.within(null, minutesFrom);
    return List.of(
        minutes.within(minutesFrom, null),
        old,
        hours.within(minutesFrom, hoursUntil),
        days.within(null, daysUntil));
  }

  private DirtyBuckets there(String table, Grain grain, Instant from, Instant to)
      throws SQLException {
    return DuckDbStatistics.buckets(
        connection,
        "rollup_buckets",
        Map.of("table", table),
        Map.of("width_us", grain.micros(), "from", from, "to", to),
        grain);
  }

  private DirtyBuckets buckets(String sql, Map<String, Object> values) throws SQLException {
    return DuckDbStatistics.buckets(connection, sql, Map.of(), values, Grain.MINUTE);
  }

  private void replace(
      String table, Map<String, Object> cluster, String insert, Map<String, Object> more)
      throws SQLException {
    run("rollup_delete", Map.of("table", table), cluster);
    Map<String, Object> values = new HashMap<>(cluster);
    values.putAll(more);
    run(insert, Map.of(), values);
  }

  /** Drops the minutes that are too old, when a day has come to its end. */
  private void trim(List<String> tables, @Nullable Instant before, Instant asOf)
      throws SQLException {
    if (before != null && isNewBucket(Grain.DAY, before, asOf)) {
      for (String table : tables) {
        run("rollup_trim", Map.of("table", table), Map.of("before", minutesFrom(asOf)));
      }
    }
  }

  static Instant minutesFrom(Instant asOf) {
    return Grain.DAY.floor(asOf).minus(MINUTES_KEPT);
  }

  private static boolean isNewBucket(Grain grain, Instant before, Instant now) {
    return grain.indexOf(before) != grain.indexOf(now);
  }

  /** Something done in a transaction. */
  @FunctionalInterface
  private interface Work {
    int run() throws SQLException;
  }

  private int inTransaction(String what, Work work) {
    try (Statement statement = connection.createStatement()) {
      statement.execute("BEGIN");
      boolean committed = false;
      try {
        int computed = work.run();
        statement.execute("COMMIT");
        committed = true;
        return computed;
      } finally {
        if (!committed) {
          statement.execute("ROLLBACK");
        }
      }
    } catch (SQLException e) {
      throw new StoreException(
          "the rollups of %s could not be refreshed: %s".formatted(what, e.getMessage()), e);
    }
  }

  private void run(
      String sql, Map<String, String> identifiers, Map<String, ? extends @Nullable Object> values)
      throws SQLException {
    NamedSql.of(Dialect.DUCKDB, sql, identifiers).execute(connection, values);
  }

  @Override
  public synchronized void close() throws SQLException {
    connection.close();
  }
}
