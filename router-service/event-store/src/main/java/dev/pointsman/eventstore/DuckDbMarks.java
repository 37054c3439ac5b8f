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
