package dev.pointsman.eventstore;

import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.duckdb.DuckDBAppender;
import org.jspecify.annotations.Nullable;

/**
 * Rows of one table, by the engine's appender. An empty list or map is left to the column's default:
 * to lay out one of them costs the appender many calls into the engine, and a default one.
 */
final class DuckDbSink implements RowSink {

  private final DuckDBAppender row;

  DuckDbSink(DuckDBAppender row) {
    this.row = row;
  }

  @Override
  public RowSink text(@Nullable String value) throws SQLException {
    row.append(value);
    return this;
  }

  @Override
  public RowSink id(@Nullable UUID value) throws SQLException {
    row.append(value);
    return this;
  }

  @Override
  public RowSink time(Instant value) throws SQLException {
    row.appendEpochMicros(RowSink.micros(value));
    return this;
  }

  @Override
  public RowSink small(@Nullable Integer value) throws SQLException {
    row.append(value);
    return this;
  }

  @Override
  public RowSink whole(@Nullable Long value) throws SQLException {
    row.append(value);
    return this;
  }

  @Override
  public RowSink real(@Nullable Double value) throws SQLException {
    row.append(value);
    return this;
  }

  @Override
  public RowSink flag(@Nullable Boolean value) throws SQLException {
    row.append(value);
    return this;
  }

  @Override
  public RowSink texts(Map<String, String> value) throws SQLException {
    if (value.isEmpty()) {
      row.appendDefault();
    } else {
      row.append(value);
    }
    return this;
  }

  @Override
  public RowSink shares(Map<String, Double> value) throws SQLException {
    if (value.isEmpty()) {
      row.appendDefault();
    } else {
      row.append(value);
    }
    return this;
  }

  @Override
  public RowSink names(List<String> value) throws SQLException {
    if (value.isEmpty()) {
      row.appendDefault();
    } else {
      row.append(value);
    }
    return this;
  }

  @Override
  public RowSink reals(double[] value) throws SQLException {
    if (value.length == 0) {
      row.appendDefault();
    } else {
      row.append(value);
    }
    return this;
  }

  @Override
  public RowSink wholes(long[] value) throws SQLException {
    if (value.length == 0) {
      row.appendDefault();
      return this;
    }
    boolean[] unknown = new boolean[value.length];
    for (int i = 0; i < value.length; i++) {
      unknown[i] = value[i] < 0;
    }
    row.append(value, unknown);
    return this;
  }

  @Override
  public void end() throws SQLException {
    row.endRow();
  }
}
