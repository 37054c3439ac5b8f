package dev.pointsman.eventstore;

import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import org.duckdb.DuckDBConnection;
import org.jspecify.annotations.Nullable;

/**
 * Keeps the table {@code statistics} in step with what came in. Each rule has a mark: up to which
 * event, and as of when, its rows are right. A refresh finds the buckets that differ since, deletes
 * and computes them, and moves the mark, in one transaction.
 */
final class DuckDbStatistics implements AutoCloseable {

  /** A rule left this many events behind starts afresh, so that arrivals need not be kept for it. */
  private static final long FORGOTTEN_AFTER = 1_000_000;

  /** Arrivals are removed in steps of this many events, not with every refresh. */
  private static final long TRIM_STEP = 10_000;

  private final DuckDBConnection connection;

  DuckDbStatistics(DuckDBConnection connection) {
    this.connection = connection;
  }

  synchronized int refresh(RewardRule rule, Instant asOf) {
    try (Statement statement = connection.createStatement()) {
      statement.execute("CREATE OR REPLACE TEMP TABLE dirty_bucket (bucket TIMESTAMP)");
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
    Map<String, @Nullable Object> values = new HashMap<>();
    values.put("function", rule.functionName());
    values.put("metric", rule.metric());
    Mark mark = mark(rule, values);
    Instant computedFor = mark != null && mark.asOf().isAfter(asOf) ? mark.asOf() : asOf;
    if (mark != null) {
      boolean matures = rule.noFeedback() != null && computedFor.isAfter(mark.asOf());
      if (!mark.behind() && !matures) {
        return 0;
      }
      Map<String, @Nullable Object> dirty = new HashMap<>(values);
      dirty.put("level", rule.level().label());
      dirty.put("matures", matures);
      dirty.put("matured_before", mark.asOf());
      dirty.put("as_of", computedFor);
      dirty.put("window_us", rule.windowMicros());
      run("dirty_buckets", dirty);
      run("statistics_delete", values);
    } else {
      run("all_buckets", Map.of("function", rule.functionName()));
      run("statistics_delete_all", values);
    }
    int buckets = compute(rule, computedFor);
    run("statistics_mark_delete", values);
    Map<String, @Nullable Object> next = new HashMap<>(values);
    next.put("reward_rule", rule.toString());
    next.put("as_of", computedFor);
    run("statistics_mark_insert", next);
    run("statistics_mark_forget", Map.of("most", FORGOTTEN_AFTER));
    run("arrival_trim", Map.of("step", TRIM_STEP));
    return buckets;
  }

  private int compute(RewardRule rule, Instant asOf) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet range =
            statement.executeQuery(
                "SELECT count(*), min(bucket), max(bucket) FROM temp.dirty_bucket")) {
      range.next();
      int buckets = range.getInt(1);
      if (buckets > 0) {
        Map<String, @Nullable Object> values = rule.sqlValues(asOf);
        values.put("first_bucket", Rows.instant(range, 2));
        values.put("last_bucket", Rows.instant(range, 3));
        run("statistics_insert", values);
      }
      return buckets;
    }
  }

  /**
   * How far a rule's statistics reach.
   *
   * @param behind whether events came in since
   */
  private record Mark(Instant asOf, boolean behind) {}

  /** Null when nothing was computed by exactly this rule. */
  private @Nullable Mark mark(RewardRule rule, Map<String, ? extends @Nullable Object> values)
      throws SQLException {
    try (PreparedStatement statement =
            NamedSql.of(Dialect.DUCKDB, "statistics_mark").prepare(connection, values);
        ResultSet row = statement.executeQuery()) {
      return row.next() && row.getString("reward_rule").equals(rule.toString())
          ? new Mark(Rows.instant(row, "as_of"), row.getBoolean("behind"))
          : null;
    }
  }

  private void run(String sql, Map<String, ? extends @Nullable Object> values) throws SQLException {
    NamedSql.of(Dialect.DUCKDB, sql).execute(connection, values);
  }

  @Override
  public synchronized void close() throws SQLException {
    connection.close();
  }
}
