package dev.pointsman.eventstore;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Keeps the rollups in step with what came in, without transactions: a run writes the buckets that
 * differ under a version of its own, and its mark last, which makes them count. A run that is cut off
 * leaves rows that do not count until a later one, which computes the same buckets again, does.
 */
final class ClickHouseRollups {

  /** What does not count any more is deleted by the way, every so many refreshes. */
  private static final int TRIM_EVERY = 300;

  private static final int TRIMMED_AT_ONCE = 5_000;

  private static final String LATEST = "latest_decision";
  private static final Map<String, Object> KEPT_LATELY = Map.of("by_segment", 1_000);

  /** So many rows are read fast enough. */
  private static final long UNTRIMMED = 20_000;

  private final Readers readers;
  private final Map<String, String> layout;
  private int refreshes;

  /**
   * Rollups of a server.
   *
   * @param layout names that differ on a cluster
   */
  ClickHouseRollups(Readers readers, Map<String, String> layout) {
    this.readers = readers;
    this.layout = layout;
  }

  /** See {@link EventStore#refreshRollups}. */
  synchronized int refresh(Collection<RewardRule> rules, RollupTags tags, Instant asOf) {
    int computed =
        using("usage", connection -> new RollupRefresh(new Run(connection)).usage(tags, asOf));
    for (RewardRule rule : rules) {
      computed +=
          using(
              "decisions of %s for '%s'".formatted(rule.functionName(), rule.metric()),
              connection -> new RollupRefresh(new Run(connection)).decisions(rule, tags, asOf));
    }
    if (++refreshes % TRIM_EVERY == 0) {
      trim(rules);
    }
    return computed;
  }

  private int using(String what, Readers.Work<Integer> work) {
    return readers.use("refreshing the rollups of " + what, work);
  }

  /** Forgets that anything was computed. */
  synchronized void forget() {
    using(
        "all",
        connection -> {
          sql("rollup_forget", "rollup_mark").execute(connection, Map.of());
          return 0;
        });
  }

  /** Deletes what does not count any more. */
  synchronized void trim(Collection<RewardRule> rules) {
    using(
        "all",
        connection -> {
          sql("latest_trim", LATEST).execute(connection, KEPT_LATELY);
          for (Grain grain : List.of(Grain.MINUTE, Grain.HOUR, Grain.DAY)) {
            for (String table :
                List.of(RollupTables.USAGE, RollupTables.ATTEMPTS, RollupTables.FEEDBACK)) {
              trim(connection, "rollup", table, "", "", grain);
            }
            for (RewardRule rule : rules) {
              trim(
                  connection,
                  "decision",
                  RollupTables.DECISIONS,
                  rule.functionName(),
                  rule.metric(),
                  grain);
            }
          }
          return 0;
        });
  }

  private void trim(
      Connection connection, String kind, String table, String function, String metric, Grain grain)
      throws SQLException {
    Map<String, Object> stale = new HashMap<>();
    stale.put("function", function);
    stale.put("metric", metric);
    stale.put("width_us", grain.micros());
    stale.put("most", TRIMMED_AT_ONCE);
    List<String> buckets = new ArrayList<>();
    List<String> versions = new ArrayList<>();
    try (PreparedStatement statement = sql(kind + "_stale", table).prepare(connection, stale);
        ResultSet rows = statement.executeQuery()) {
      while (rows.next()) {
        buckets.add(rows.getString("bucket"));
        versions.add(rows.getString("version"));
      }
    }
    if (buckets.isEmpty()) {
      return;
    }
    Map<String, Object> trimmed = new HashMap<>();
    if (kind.equals("decision")) {
      trimmed.put("function", function);
      trimmed.put("metric", metric);
    }
    trimmed.put("width_us", grain.micros());
    trimmed.put("buckets", String.join(",", buckets));
    trimmed.put("versions", String.join(",", versions));
    sql(kind + "_delete", table).execute(connection, trimmed);
  }

  private NamedSql sql(String name, String table) {
    Map<String, String> identifiers = new HashMap<>(layout);
    identifiers.put("table", table);
    return NamedSql.of(Dialect.CLICKHOUSE, name, Map.copyOf(identifiers));
  }

  private final class Run implements RollupTables {

    private final Connection connection;
    private final Map<String, Long> reached;
    private long version;

    Run(Connection connection) throws SQLException {
      this.connection = connection;
      // Before anything is read: what comes meanwhile is looked at again.
      this.reached = ClickHouseStatistics.reached(connection);
    }

    @Override
    public @Nullable Mark mark(String function, String metric, String rule) throws SQLException {
      version = ClickHouseStatistics.version(null);
      try (PreparedStatement statement =
              NamedSql.of(Dialect.CLICKHOUSE, "rollup_mark")
                  .prepare(connection, Map.of("function", function, "metric", metric));
          ResultSet row = statement.executeQuery()) {
        if (!row.next()) {
          return null;
        }
        version = ClickHouseStatistics.version(row.getLong("version"));
        if (!row.getString("rule").equals(rule) || row.getBoolean("forgotten")) {
          return null;
        }
        Map<String, Long> before = new HashMap<>();
        ((Map<?, ?>) row.getObject("reached"))
            .forEach((source, seq) -> before.put((String) source, ((Number) seq).longValue()));
        return new Mark(
            Rows.instant(row, "as_of"),
            ClickHouseStatistics.isBehind(before, reached),
            ClickHouseStatistics.since(before));
      }
    }

    /** Nothing to do: rows count once there is a mark of their version. */
    @Override
    public void begin(String function, String metric, Instant asOf) {}

    /** Nothing to do: each statement is its own. */
    @Override
    public void release() {}

    @Override
    public void finish(String function, String metric, String rule, Instant asOf)
        throws SQLException {
      move(function, metric, rule, asOf);
    }

    @Override
    public void move(String function, String metric, String rule, Instant asOf)
        throws SQLException {
      Map<String, Object> values = new HashMap<>();
      values.put("function", function);
      values.put("metric", metric);
      values.put("version", version);
      values.put("rule", rule);
      values.put("reached", ClickHouseStatistics.pairs(reached));
      values.put("as_of", asOf);
      NamedSql.of(Dialect.CLICKHOUSE, "rollup_mark_insert").execute(connection, values);
    }

    @Override
    public void clear(String table, Instant from) throws SQLException {
      clear("rollup", table, Map.of("from", from));
    }

    @Override
    public void clear(RewardRule rule, Instant from) throws SQLException {
      clear(
          "decision",
          DECISIONS,
          Map.of("function", rule.functionName(), "metric", rule.metric(), "from", from));
    }

    /** A deletion of nothing is not free. */
    private void clear(String kind, String table, Map<String, Object> values) throws SQLException {
      if (count(kind, table, values) > 0) {
        sql(kind + "_clear", table).execute(connection, values);
      }
    }

    private long count(String kind, String table, Map<String, Object> values) throws SQLException {
      try (PreparedStatement statement = sql(kind + "_count", table).prepare(connection, values);
          ResultSet row = statement.executeQuery()) {
        row.next();
        return row.getLong("found");
      }
    }

    @Override
    public DirtyBuckets buckets(
        String sql, Map<String, String> identifiers, Map<String, Object> values, Grain grain)
        throws SQLException {
      return ClickHouseStatistics.buckets(connection, sql, identifiers, values, grain);
    }

    @Override
    public void replace(String table, String insert, Map<String, @Nullable Object> values)
        throws SQLException {
      Map<String, @Nullable Object> versioned = new HashMap<>(values);
      versioned.put("version", version);
      NamedSql.of(Dialect.CLICKHOUSE, insert).execute(connection, versioned);
      versioned.keySet().retainAll(List.of("width_us", "buckets", "version", "function", "metric"));
      if (table.equals(DECISIONS)) {
        sql("decision_computed", table).execute(connection, versioned);
      } else {
        versioned.put("function", "");
        sql("rollup_computed", table).execute(connection, versioned);
      }
    }

    /** As many of each segment as are looked back over at all, so that those of all are among them. */
    @Override
    public void keepLatest(DirtyBuckets started, boolean anew) throws SQLException {
      if (anew) {
        clear("latest", LATEST, Map.of());
      }
      for (Map<String, Object> cluster : started.clusters()) {
        Map<String, Object> values = new HashMap<>(KEPT_LATELY);
        values.put("from", cluster.get("from"));
        values.put("to", cluster.get("to"));
        sql("latest_insert", LATEST).execute(connection, values);
      }
      if (anew && count("latest", LATEST, Map.of()) > UNTRIMMED) {
        sql("latest_trim", LATEST).execute(connection, KEPT_LATELY);
      }
    }

    @Override
    public void trim(String table, Instant before) throws SQLException {
      sql("rollup_trim", table).execute(connection, Map.of("before", before));
    }
  }
}
