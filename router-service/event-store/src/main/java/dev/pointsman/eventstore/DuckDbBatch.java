package dev.pointsman.eventstore;

import java.sql.SQLException;
import java.util.HashMap;
import java.util.Map;
import org.duckdb.DuckDBAppender;
import org.duckdb.DuckDBConnection;

/** Rows for one running transaction, by one appender per table. */
final class DuckDbBatch implements RowSink.OfTable, AutoCloseable {

  private final DuckDBConnection connection;
  private final Map<String, Open> open = new HashMap<>();

  private record Open(DuckDBAppender appender, DuckDbSink sink) {}

  /**
   * A batch without rows.
   *
   * @param connection with a transaction begun: an appender alone does not heed auto-commit
   */
  DuckDbBatch(DuckDBConnection connection) {
    this.connection = connection;
  }

  @Override
  public RowSink begin(TableShape table) throws SQLException {
    Open of = open.get(table.name());
    if (of == null) {
      DuckDBAppender appender =
          connection.createAppender(DuckDbEngine.CATALOG, DuckDbEngine.SCHEMA, table.name());
      of = new Open(appender, new DuckDbSink(appender));
      open.put(table.name(), of);
    }
    of.appender().beginRow();
    return of.sink();
  }

  /** Hands the rows to the transaction; without this they are lost, as they are on a roll-back. */
  void flush() throws SQLException {
    // Closing alone would keep an error to itself.
    for (Open each : open.values()) {
      each.appender().flush();
      each.appender().close();
    }
    open.clear();
  }

  @Override
  public void close() {
    for (Open each : open.values()) {
      try {
        each.appender().close();
      } catch (SQLException e) {
        // The batch failed, and is rolled back with what its appenders still held.
      }
    }
    open.clear();
  }
}
