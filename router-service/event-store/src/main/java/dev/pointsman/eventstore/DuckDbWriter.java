package dev.pointsman.eventstore;

import java.sql.SQLException;
import java.util.IdentityHashMap;
import java.util.Map;
import java.util.Objects;
import org.apache.arrow.memory.BufferAllocator;
import org.duckdb.DuckDBConnection;

/** A connection that writes batches of rows, each in a transaction of its own, one after the other. */
final class DuckDbWriter implements RowSink.OfTable, AutoCloseable {

  private final DuckDBConnection connection;
  private final Map<TableShape, ArrowRows> tables;

  /**
   * A writer to all tables of events.
   *
   * @param connection outside a transaction; closed with the writer
   * @param memory where rows lie until the engine has taken them
   */
  DuckDbWriter(DuckDBConnection connection, BufferAllocator memory) throws SQLException {
    this.connection = connection;
    this.tables = new IdentityHashMap<>();
    for (EventTable table : EventTable.values()) {
      tables.put(table.shape(), new ArrowRows(table.shape(), connection, memory));
    }
    tables.put(TableShape.ARRIVAL, new ArrowRows(TableShape.ARRIVAL, connection, memory));
  }

  DuckDBConnection connection() {
    return connection;
  }

  @Override
  public RowSink begin(TableShape table) {
    return Objects.requireNonNull(tables.get(table), table::name).begin();
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
    connection.close();
  }
}
