package dev.pointsman.eventstore;

import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BooleanSupplier;
import org.duckdb.DuckDBConnection;
import org.jspecify.annotations.Nullable;

/** Deletes rows and texts on a connection of its own, one thing at a time. */
final class DuckDbUpkeep implements AutoCloseable {

  /** In this order: the tags of inferences are what everything is found by. */
  private static final List<String> ERASING =
      List.of(
          "erase_inference_payload", "erase_attempt_payload", "erase_feedback", "erase_inference");

  private static final int STEP_ROWS = 20_000;

  private final DuckDBConnection connection;

  DuckDbUpkeep(DuckDBConnection connection) {
    this.connection = connection;
  }

  /** In steps, each of which commits: what is left when it is told to stop goes the next time. */
  synchronized Map<String, Long> expire(Expiry expiry, BooleanSupplier stop) {
    Map<String, Long> deleted = new LinkedHashMap<>();
    try {
      Instant texts = expiry.textsBefore();
      if (texts != null) {
        rows(EventTable.INFERENCE_PAYLOAD, texts, stop, deleted);
        rows(EventTable.ATTEMPT_PAYLOAD, texts, stop, deleted);
        count("feedback texts", run("expire_texts_of_feedback", Map.of("before", texts)), deleted);
      }
      Instant rows = expiry.rowsBefore();
      if (rows != null) {
        rows(EventTable.ATTEMPT, rows, stop, deleted);
        rows(EventTable.FEEDBACK, rows, stop, deleted);
        rows(EventTable.INFERENCE, rows, stop, deleted);
        count("change_event", run("expire_changes", Map.of("before", rows)), deleted);
      }
      count("policy_revision", run("expire_revisions", Map.of()), deleted);
      return deleted;
    } catch (SQLException e) {
      throw new StoreException("expired rows could not be deleted: " + e.getMessage(), e);
    }
  }

  private void rows(
      EventTable table, Instant before, BooleanSupplier stop, Map<String, Long> deleted)
      throws SQLException {
    NamedSql step =
        NamedSql.of(
            Dialect.DUCKDB,
            "expire_rows",
            Map.of("table", table.tableName(), "time", table.timeColumn()));
    long gone = STEP_ROWS;
    while (gone == STEP_ROWS && !stop.getAsBoolean()) {
      gone = run(step, Map.of("before", before, "step", STEP_ROWS));
      count(table.tableName(), gone, deleted);
    }
  }

  private static void count(String what, long rows, Map<String, Long> deleted) {
    if (rows > 0) {
      deleted.merge(what, rows, Long::sum);
    }
  }

  /** All or nothing. */
  synchronized void erase(Map<String, String> tag) {
    try (Statement statement = connection.createStatement()) {
      statement.execute("BEGIN");
      boolean committed = false;
      try {
        for (String sql : ERASING) {
          run(sql, tag);
        }
        statement.execute("COMMIT");
        committed = true;
      } finally {
        if (!committed) {
          statement.execute("ROLLBACK");
        }
      }
    } catch (SQLException e) {
      throw new StoreException("nothing was erased: " + e.getMessage(), e);
    }
  }

  private long run(String sql, Map<String, ? extends @Nullable Object> values) throws SQLException {
    return run(NamedSql.of(Dialect.DUCKDB, sql), values);
  }

  private long run(NamedSql sql, Map<String, ? extends @Nullable Object> values)
      throws SQLException {
    try (PreparedStatement statement = sql.prepare(connection, values)) {
      return statement.executeUpdate();
    }
  }

  @Override
  public synchronized void close() throws SQLException {
    connection.close();
  }
}
