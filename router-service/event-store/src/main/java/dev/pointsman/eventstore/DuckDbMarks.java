package dev.pointsman.eventstore;

import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import org.duckdb.DuckDBConnection;
import org.jspecify.annotations.Nullable;

/**
 * How far what is derived from events reaches: per function and metric up to which event of each
 * source, as of when, and by which rule.
 */
final class DuckDbMarks {

  /** What is left this many events behind starts afresh, so that arrivals need not be kept for it. */
  private static final long FORGOTTEN_AFTER = 1_000_000;

  /** In the place of a rule while rows are computed from the first event on; no rule reads so. */
  private static final String UNDER_WAY = "\u001e";

  private final DuckDBConnection connection;
  private final Map<String, String> table;

  /** Marks in a table. */
  DuckDbMarks(DuckDBConnection connection, String table) {
    this.connection = connection;
    this.table = Map.of("marks", table);
  }

  /**
   * A mark.
   *
   * @param behind whether events came in since
   */
  record Mark(Instant asOf, boolean behind) {}

  /** The mark, null when nothing was computed by exactly this rule. */
  @Nullable Mark of(String function, String metric, String rule) throws SQLException {
    try (PreparedStatement statement =
            NamedSql.of(Dialect.DUCKDB, "mark", table)
                .prepare(connection, Map.of("function", function, "metric", metric));
        ResultSet row = statement.executeQuery()) {
      return row.next() && row.getString("rule").equals(rule)
          ? new Mark(Rows.instant(row, "as_of"), row.getBoolean("behind"))
          : null;
    }
  }

  /**
   * Says that rows are being computed from the first event on, up to all that is stored now. Until
   * {@link #finish} there is no mark, so a run that was cut off starts afresh.
   */
  void begin(String function, String metric, Instant asOf) throws SQLException {
    move(function, metric, UNDER_WAY, asOf);
  }

  /** Says that all that was stored at {@link #begin} is in. */
  void finish(String function, String metric, String rule) throws SQLException {
    NamedSql.of(Dialect.DUCKDB, "mark_finish", table)
        .execute(connection, Map.of("function", function, "metric", metric, "rule", rule));
  }

  /** Says that all that is stored now is in, as of a moment. */
  void move(String function, String metric, String rule, Instant asOf) throws SQLException {
    Map<String, Object> values = new HashMap<>(Map.of("function", function, "metric", metric));
    NamedSql.of(Dialect.DUCKDB, "mark_delete", table).execute(connection, values);
    values.put("rule", rule);
    values.put("as_of", asOf);
    NamedSql.of(Dialect.DUCKDB, "mark_insert", table).execute(connection, values);
    NamedSql.of(Dialect.DUCKDB, "mark_forget", table)
        .execute(connection, Map.of("most", FORGOTTEN_AFTER));
  }
}
