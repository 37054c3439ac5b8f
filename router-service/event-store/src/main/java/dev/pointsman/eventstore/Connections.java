package dev.pointsman.eventstore;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.SQLTimeoutException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import org.duckdb.DuckDBConnection;
import org.jspecify.annotations.Nullable;

/** A few connections for readers, each used by one at a time; a query that runs too long ends. */
final class Connections implements AutoCloseable {

  /** Turns the row that a result stands on into a value. */
  @FunctionalInterface
  interface RowReader<T extends @Nullable Object> {
    T read(ResultSet row) throws SQLException;
  }

  /** Something done with a connection. */
  @FunctionalInterface
  interface Work<T extends @Nullable Object> {
    T on(Connection connection) throws SQLException;
  }

  private final BlockingQueue<DuckDBConnection> idle;
  private final int size;
  private final Duration timeout;

  Connections(List<DuckDBConnection> connections, Duration timeout) {
    this.idle = new ArrayBlockingQueue<>(connections.size(), true, connections);
    this.size = connections.size();
    this.timeout = timeout;
  }

  <T extends @Nullable Object> List<T> query(
      String sql, Map<String, ? extends @Nullable Object> values, RowReader<T> reader) {
    return use(
        sql,
        connection -> {
          try (PreparedStatement statement = NamedSql.named(sql).prepare(connection, values)) {
            statement.setQueryTimeout(seconds());
            try (ResultSet rows = statement.executeQuery()) {
              List<T> found = new ArrayList<>();
              while (rows.next()) {
                found.add(reader.read(rows));
              }
              return found;
            }
          }
        });
  }

  <T extends @Nullable Object> T use(String what, Work<T> work) {
    DuckDBConnection connection = take(what);
    try {
      return work.on(connection);
    } catch (SQLTimeoutException e) {
      throw new StoreException(
          "%s took longer than %s: ask for a shorter range".formatted(what, timeout), e);
    } catch (SQLException e) {
      throw new StoreException("%s failed: %s".formatted(what, e.getMessage()), e);
    } finally {
      idle.add(connection);
    }
  }

  private int seconds() {
    return (int) Math.max(1, timeout.toSeconds());
  }

  private DuckDBConnection take(String what) {
    try {
      DuckDBConnection connection = idle.poll(timeout.toMillis(), TimeUnit.MILLISECONDS);
      if (connection == null) {
        throw new StoreException(
            "%s waited %s for one of %d readers: too many slow queries at once"
                .formatted(what, timeout, size));
      }
      return connection;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new StoreException(what + " was interrupted while it waited for a reader", e);
    }
  }

  @Override
  public void close() throws SQLException {
    for (int i = 0; i < size; i++) {
      take("closing").close();
    }
  }
}
