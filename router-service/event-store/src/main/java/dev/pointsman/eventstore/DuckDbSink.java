package dev.pointsman.eventstore;

import java.sql.SQLException;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.duckdb.DuckDBAppender;
import org.duckdb.DuckDBConnection;
import org.jspecify.annotations.Nullable;

/** Rows for one running transaction, by one appender per table. */
final class DuckDbSink implements RowSink, AutoCloseable {

  private final DuckDBConnection connection;
  private final Map<String, DuckDBAppender> appenders = new HashMap<>();
  private @Nullable DuckDBAppender row;

  /**
   * A sink for one batch.
   *
   * @param connection with a transaction begun: an appender alone does not heed auto-commit
   */
  DuckDbSink(DuckDBConnection connection) {
    this.connection = connection;
  }

  @Override
  public RowSink begin(TableShape table) throws SQLException {
    DuckDBAppender appender = appenders.get(table.name());
    if (appender == null) {
      appender = connection.createAppender(DuckDbEngine.CATALOG, DuckDbEngine.SCHEMA, table.name());
      appenders.put(table.name(), appender);
    }
    row = appender.beginRow();
    return this;
  }

  private DuckDBAppender row() {
    if (row == null) {
      throw new IllegalStateException("a value was given before a row was begun");
    }
    return row;
  }

  @Override
  public RowSink text(@Nullable String value) throws SQLException {
    row().append(value);
    return this;
  }

  @Override
  public RowSink id(@Nullable UUID value) throws SQLException {
    row().append(value);
    return this;
  }

  @Override
  public RowSink time(Instant value) throws SQLException {
    row().appendEpochMicros(RowSink.micros(value));
    return this;
  }

  @Override
  public RowSink small(@Nullable Integer value) throws SQLException {
    row().append(value);
    return this;
  }

  @Override
  public RowSink whole(@Nullable Long value) throws SQLException {
    row().append(value);
    return this;
  }

  @Override
  public RowSink real(@Nullable Double value) throws SQLException {
    row().append(value);
    return this;
  }

  @Override
  public RowSink flag(@Nullable Boolean value) throws SQLException {
    row().append(value);
    return this;
  }

  @Override
  public RowSink texts(Map<String, String> value) throws SQLException {
    row().append(value);
    return this;
  }

  @Override
  public RowSink shares(Map<String, Double> value) throws SQLException {
    row().append(value);
    return this;
  }

  @Override
  public RowSink names(List<String> value) throws SQLException {
    row().append(value);
    return this;
  }

  @Override
  public RowSink reals(double[] value) throws SQLException {
    row().append(value);
    return this;
  }

  @Override
  public RowSink wholes(long[] value) throws SQLException {
    boolean[] unknown = new boolean[value.length];
    for (int i = 0; i < value.length; i++) {
      unknown[i] = value[i] < 0;
    }
    row().append(value, unknown);
    return this;
  }

  @Override
  public void end() throws SQLException {
    row().endRow();
  }

  /** Hands the rows to the transaction; without this they are lost, as they are on a roll-back. */
  void flush() throws SQLException {
    for (DuckDBAppender appender : appenders.values()) {
      appender.close();
    }
    appenders.clear();
  }

  @Override
  public void close() {
    try {
      flush();
    } catch (SQLException e) {
      // A batch that failed is rolled back: what its appenders still held must not be flushed, and
      // the engine says so by an error on closing.
      appenders.clear();
    }
  }
}
