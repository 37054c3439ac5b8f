package dev.pointsman.eventstore;

import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.duckdb.DuckDBConnection;
import org.jspecify.annotations.Nullable;

/**
 * Keeps the table {@code statistics} in step with what came in. Each rule has a mark: up to which
 * event, and as of when, its rows are right. A refresh finds the buckets that differ since, deletes
 * and computes them, and moves the mark, in one transaction; the first refresh of a rule does so in
 * many, and has no mark before the last. Rows older than a day are by the minute.
 */
final class DuckDbStatistics implements AutoCloseable {

  /** Arrivals are removed in steps of this many events, not with every refresh. */
  private static final long TRIM_STEP = 10_000;

  private static final String MARKS = "statistics_mark";

  private final DuckDBConnection connection;
  private final DuckDbMarks marks;

  DuckDbStatistics(DuckDBConnection connection) {
    this.connection = connection;
    this.marks = new DuckDbMarks(connection, MARKS);
  }

  synchronized int refresh(RewardRule rule, Instant asOf) {
    try (Statement statement = connection.createStatement()) {
      statement.execute("BEGIN");
      boolean committed = false;
      try {
        int computed = refreshInTransaction(rule, asOf);
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
          "statistics of %s for '%s' could not be refreshed: %s"
              .formatted(rule.functionName(), rule.metric(), e.getMessage()),
          e);
    }
  }

  private int refreshInTransaction(RewardRule rule, Instant asOf) throws SQLException {
    String function = rule.functionName();
    Map<String, Object> whose = Map.of("function", function, "metric", rule.metric());
    DuckDbMarks.Mark mark = marks.of(function, rule.metric(), rule.toString());
    Instant computedFor = mark != null && mark.asOf().isAfter(asOf) ? mark.asOf() : asOf;
    Instant compacted = StatisticsRow.compactedUntil(computedFor);
    DirtyBuckets dirty;
    if (mark == null) {
      marks.begin(function, rule.metric(), computedFor);
      run("statistics_delete_all", whose);
      dirty =
          buckets(
              connection,
              "all_units",
              Map.of(),
              Map.of("function", function, "width_us", Grain.TEN_SECONDS.micros()),
              Grain.TEN_SECONDS);
    } else {
      boolean matures = rule.noFeedback() != null && computedFor.isAfter(mark.asOf());
      Instant compactedBefore = StatisticsRow.compactedUntil(mark.asOf());
      boolean compacts = compacted.isAfter(compactedBefore);
      if (!mark.behind() && !matures && !compacts) {
        return 0;
      }
      dirty =
          mark.behind() || matures
              ? buckets(
                  connection,
                  "dirty_units",
                  Map.of("marks", MARKS),
                  rule.dirtyValues(mark.asOf(), computedFor, Grain.TEN_SECONDS),
                  Grain.TEN_SECONDS)
              : DirtyBuckets.none(Grain.TEN_SECONDS);
      if (compacts) {
        Map<String, Object> old = new HashMap<>(whose);
        old.put("before", compacted);
        old.put("seconds", Grain.TEN_SECONDS.length().toSeconds());
        dirty = dirty.and(buckets(connection, "statistics_old", Map.of(), old, dirty.grain()));
        run("statistics_delete_old", old);
      }
    }
    for (DirtyBuckets part :
        List.of(dirty.within(null, compacted).in(Grain.MINUTE), dirty.within(compacted, null))) {
      for (Map<String, Object> cluster : part.clusters()) {
        Map<String, @Nullable Object> values = new HashMap<>(cluster);
        values.putAll(whose);
        run("statistics_delete", values);
        values.putAll(rule.sqlValues(computedFor));
        values.remove("buckets");
        values.put("mask", DirtyBuckets.mask(cluster));
        run("statistics_insert", values);
        if (mark == null) {
          commitSoFar();
        }
      }
    }
    if (mark == null) {
      marks.finish(function, rule.metric(), rule.toString());
    } else {
      marks.move(function, rule.metric(), rule.toString(), computedFor);
    }
    run("arrival_trim", Map.of("step", TRIM_STEP));
    return dirty.size();
  }

  /** A transaction keeps all that it wrote in memory, and a first refresh may be of years. */
  private void commitSoFar() throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.execute("COMMIT");
      statement.execute("BEGIN");
    }
  }

  static DirtyBuckets buckets(
      DuckDBConnection connection,
      String sql,
      Map<String, String> identifiers,
      Map<String, ? extends @Nullable Object> values,
      Grain grain)
      throws SQLException {
    List<Long> indexes = new ArrayList<>();
    try (PreparedStatement statement =
            NamedSql.of(Dialect.DUCKDB, sql, identifiers).prepare(connection, values);
        ResultSet rows = statement.executeQuery()) {
      while (rows.next()) {
        indexes.add(rows.getLong("bucket"));
      }
    }
    return new DirtyBuckets(grain, indexes);
  }

  private void run(String sql, Map<String, ? extends @Nullable Object> values) throws SQLException {
    NamedSql.of(Dialect.DUCKDB, sql).execute(connection, values);
  }

  @Override
  public synchronized void close() throws SQLException {
    connection.close();
  }
}
