package dev.pointsman.eventstore;

import java.sql.SQLException;
import java.util.IdentityHashMap;
import java.util.Map;
import org.apache.arrow.memory.BufferAllocator;
import org.duckdb.DuckDBConnection;

/** A connection that writes batches of rows, each in a transaction of its own, one after the other. */
final class DuckDbWriter implements RowSink.OfTable, AutoCloseable {

  private final DuckDBConnection connection;
  private final BufferAllocator memory;

  /** Those that rows were written to; making one takes the engine some milliseconds. */
  private final Map<TableShape, ArrowRows> tables = new IdentityHashMap<>();

  /**
   * A writer to all tables of events.
   *
   * @param connection closed with the writer
   * @param memory where rows lie until the engine has taken them
   */
  DuckDbWriter(DuckDBConnection connection, BufferAllocator memory) {
    this.connection = connection;
    this.memory = memory;
  }

  DuckDBConnection connection() {
    return connection;
  }

  /** Outside a transaction. */
  @Override
  public RowSink begin(TableShape table) throws SQLException {
    ArrowRows rows = tables.get(table);
    if (rows == null) {
      if (connection.isClosed()) {
        throw new SQLException("the store is closed");
      }
      rows = new ArrowRows(table, connection, memory);
      tables.put(table, rows);
    }
    return rows.begin();
  }

  /** Hands all rows to the running transaction. */
  void insert() throws SQLException {
    for (ArrowRows rows : tables.values()) {
      rows.insert();
    }
  }

  /** Forgets the rows that no transaction was handed. */
  void clear() {
    tables.values().forEach(ArrowRows::clear);
  }

  @Override
  public void close() throws SQLException {
    for (ArrowRows rows : tables.values()) {
      rows.close();
    }
    tables.clear();
    connection.close();
  }
}
