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
import java.util.Queue;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.duckdb.DuckDBConnection;
import org.jspecify.annotations.Nullable;

/**
 * Keeps the table {@code statistics} in step with what came in. Each rule has a mark: up to which
 * event, and as of when, its rows are right. A refresh finds the buckets that differ since, deletes
 * and computes them, and moves the mark, in one transaction; the first refresh of a rule does so in
 * many, two at a time, and has no mark before the last. Rows older than a day are by the minute.
 */
final class DuckDbStatistics implements AutoCloseable {

  /** Arrivals are removed in steps of this many events, not with every refresh. */
  private static final long TRIM_STEP = 10_000;

  /** Of a first refresh's statement, since two share the engine's memory. */
  private static final int DECISIONS_AT_ONCE = 20_000;

  private static final String MARKS = "statistics_mark";

  private final DuckDBConnection connection;

  /** The engine computes a statement on one thread; a first refresh needs many. */
  private final DuckDBConnection second;

  private final DuckDbMarks marks;

  DuckDbStatistics(DuckDBConnection connection, DuckDBConnection second) {
    this.connection = connection;
    this.second = second;
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
    if (mark == null) {
      marks.begin(function, rule.metric(), computedFor);
      run("statistics_delete_all", whose);
      int computed = computeAll(rule, computedFor);
      marks.finish(function, rule.metric(), rule.toString());
      run("arrival_trim", Map.of("step", TRIM_STEP));
      return computed;
    }
    boolean matures = rule.noFeedback() != null && computedFor.isAfter(mark.asOf());
    boolean compacts = compacted.isAfter(StatisticsRow.compactedUntil(mark.asOf()));
    if (!mark.behind() && !matures && !compacts) {
      return 0;
    }
    DirtyBuckets dirty =
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
    for (DirtyBuckets part :
        List.of(dirty.within(null, compacted).in(Grain.MINUTE), dirty.within(compacted, null))) {
      for (Map<String, Object> cluster : part.clusters()) {
        Map<String, @Nullable Object> values = new HashMap<>(cluster);
        values.putAll(whose);
        run("statistics_delete", values);
        insert(connection, rule, computedFor, cluster);
      }
    }
    marks.move(function, rule.metric(), rule.toString(), computedFor);
    run("arrival_trim", Map.of("step", TRIM_STEP));
    return dirty.size();
  }

  /**
   * Commits what was done so far, and each part by itself: a transaction keeps all that it wrote in
   * memory, and a first refresh may be of years.
   */
  private int computeAll(RewardRule rule, Instant asOf) throws SQLException {
    Map<Long, Long> decisions = new TreeMap<>();
    try (PreparedStatement statement =
            NamedSql.of(Dialect.DUCKDB, "all_units")
                .prepare(
                    connection,
                    Map.of("function", rule.functionName(), "width_us", Grain.MINUTE.micros()));
        ResultSet rows = statement.executeQuery()) {
      while (rows.next()) {
        decisions.put(rows.getLong("bucket"), rows.getLong("decisions"));
      }
    }
    Instant compacted = StatisticsRow.compactedUntil(asOf);
    DirtyBuckets minutes = new DirtyBuckets(Grain.MINUTE, decisions.keySet());
    Queue<Map<String, Object>> parts = new ConcurrentLinkedQueue<>();
    for (DirtyBuckets part : minutes.within(null, compacted).parts(decisions, DECISIONS_AT_ONCE)) {
      parts.add(part.asCluster());
    }
    for (DirtyBuckets part : minutes.within(compacted, null).parts(decisions, DECISIONS_AT_ONCE)) {
      parts.add(part.splitInto(Grain.TEN_SECONDS).asCluster());
    }
    try (Statement statement = connection.createStatement()) {
      statement.execute("COMMIT");
      try {
        insertAll(rule, asOf, parts);
      } finally {
        statement.execute("BEGIN");
      }
    }
    return minutes.size();
  }

  private void insertAll(RewardRule rule, Instant asOf, Queue<Map<String, Object>> parts)
      throws SQLException {
    List<Callable<@Nullable Void>> both = new ArrayList<>();
    for (DuckDBConnection own : List.of(connection, second)) {
      both.add(
          () -> {
            try {
              for (Map<String, Object> part = parts.poll(); part != null; part = parts.poll()) {
                insert(own, rule, asOf, part);
              }
            } finally {
              // Where one fails, the other need not go on.
              parts.clear();
            }
            return null;
          });
    }
    try (ExecutorService threads = Executors.newFixedThreadPool(both.size())) {
      for (Future<@Nullable Void> inserted : threads.invokeAll(both)) {
        inserted.get();
      }
    } catch (ExecutionException e) {
      throw new SQLException(e.getMessage(), e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new SQLException("interrupted", e);
    }
  }

  private static void insert(
      DuckDBConnection connection, RewardRule rule, Instant asOf, Map<String, Object> cluster)
      throws SQLException {
    Map<String, @Nullable Object> values = new HashMap<>(cluster);
    values.putAll(rule.sqlValues(asOf));
    values.remove("buckets");
    values.put("mask", DirtyBuckets.mask(cluster));
    NamedSql.of(Dialect.DUCKDB, "statistics_insert").execute(connection, values);
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
    second.close();
  }
}
