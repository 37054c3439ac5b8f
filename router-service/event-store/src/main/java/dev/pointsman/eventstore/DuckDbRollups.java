package dev.pointsman.eventstore;

import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.duckdb.DuckDBConnection;
import org.jspecify.annotations.Nullable;

/**
 * Keeps the rollups in step with what came in, each run in a transaction of its own; one from the
 * first event on in many, and with no mark before the last.
 */
final class DuckDbRollups implements AutoCloseable {

  private static final String MARKS = "rollup_mark";

  /** What "lately" looks back over. */
  private static final Map<String, Object> LATELY = Map.of("overall", 1_000, "by_segment", 200);

  private final DuckDBConnection connection;
  private final DuckDbMarks marks;
  private final RollupRefresh run = new RollupRefresh(new Run());

  DuckDbRollups(DuckDBConnection connection) {
    this.connection = connection;
    this.marks = new DuckDbMarks(connection, MARKS);
  }

  /** See {@link EventStore#refreshRollups}. */
  synchronized int refresh(Collection<RewardRule> rules, RollupTags tags, Instant asOf) {
    int computed = inTransaction("usage", () -> run.usage(tags, asOf));
    for (RewardRule rule : rules) {
      computed +=
          inTransaction(
              "decisions of %s for '%s'".formatted(rule.functionName(), rule.metric()),
              () -> run.decisions(rule, tags, asOf));
    }
    return computed;
  }

  /** Forgets that anything was computed. */
  synchronized void forget() {
    inTransaction(
        "all",
        () -> {
          execute("rollup_forget", Map.of(), Map.of());
          return 0;
        });
  }

  private final class Run implements RollupTables {

    @Override
    public @Nullable Mark mark(String function, String metric, String rule) throws SQLException {
      DuckDbMarks.Mark mark = marks.of(function, metric, rule);
      return mark == null ? null : new Mark(mark.asOf(), mark.behind(), Map.of());
    }

    @Override
    public void begin(String function, String metric, Instant asOf) throws SQLException {
      marks.begin(function, metric, asOf);
    }

    /** A transaction keeps all that it wrote in memory. */
    @Override
    public void release() throws SQLException {
      try (Statement statement = connection.createStatement()) {
        statement.execute("COMMIT");
        statement.execute("BEGIN");
      }
    }

    @Override
    public void finish(String function, String metric, String rule, Instant asOf)
        throws SQLException {
      marks.finish(function, metric, rule);
    }

    @Override
    public void move(String function, String metric, String rule, Instant asOf)
        throws SQLException {
      marks.move(function, metric, rule, asOf);
    }

    @Override
    public void clear(String table, Instant from) throws SQLException {
      execute("rollup_clear", Map.of("table", table), Map.of("from", from));
    }

    @Override
    public void clear(RewardRule rule, Instant from) throws SQLException {
      execute(
          "decision_clear",
          Map.of(),
          Map.of("function", rule.functionName(), "metric", rule.metric(), "from", from));
    }

    @Override
    public DirtyBuckets buckets(
        String sql, Map<String, String> identifiers, Map<String, Object> values, Grain grain)
        throws SQLException {
      return DuckDbStatistics.buckets(connection, sql, identifiers, values, grain);
    }

    @Override
    public void replace(String table, String insert, Map<String, @Nullable Object> values)
        throws SQLException {
      boolean decisions = table.equals(DECISIONS);
      Map<String, @Nullable Object> which = new HashMap<>(values);
      which
          .keySet()
          .retainAll(
              decisions
                  ? List.of("from", "to", "width_us", "buckets", "function", "metric")
                  : List.of("from", "to", "width_us", "buckets"));
      if (decisions) {
        execute("decision_delete", Map.of(), which);
      } else {
        execute("rollup_delete", Map.of("table", table), which);
      }
      if (insert.equals("decision_insert")) {
        Map<String, @Nullable Object> masked = new HashMap<>(values);
        masked.put("mask", DirtyBuckets.mask(values));
        masked.remove("buckets");
        execute(insert, Map.of(), masked);
      } else {
        execute(insert, Map.of(), values);
      }
    }

    @Override
    public void keepLatest(DirtyBuckets started, boolean anew) throws SQLException {
      if (anew) {
        execute("latest_clear", Map.of(), Map.of());
      }
      for (Map<String, Object> cluster : started.clusters()) {
        Map<String, Object> values = new HashMap<>(LATELY);
        values.put("from", cluster.get("from"));
        values.put("to", cluster.get("to"));
        execute("latest_insert", Map.of(), values);
      }
      if (!started.isEmpty()) {
        execute("latest_trim", Map.of(), LATELY);
      }
    }

    @Override
    public void trim(String table, Instant before) throws SQLException {
      execute("rollup_trim", Map.of("table", table), Map.of("before", before));
    }
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

  private void execute(
      String sql, Map<String, String> identifiers, Map<String, ? extends @Nullable Object> values)
      throws SQLException {
    NamedSql.of(Dialect.DUCKDB, sql, identifiers).execute(connection, values);
  }

  @Override
  public synchronized void close() throws SQLException {
    connection.close();
  }
}
