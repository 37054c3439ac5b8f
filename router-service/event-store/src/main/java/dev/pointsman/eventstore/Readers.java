package dev.pointsman.eventstore;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.SQLTimeoutException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A few connections for readers, opened when first needed, each used by one at a time; a query that
 * runs too long ends. Questions are statements of {@link NamedSql}.
 */
final class Readers implements AutoCloseable {

  /** Opens a connection. */
  @FunctionalInterface
  interface Opener {
    Connection open() throws SQLException;
  }

  /** Turns the row that a result stands on into a value. */
  @FunctionalInterface
  interface RowReader<T extends @Nullable Object> {
    T read(ResultSet row) throws SQLException;
  }

  /** Something done with a row. */
  @FunctionalInterface
  interface RowTaker {
    void take(ResultSet row) throws SQLException;
  }

  /** Something done with a connection. */
  @FunctionalInterface
  interface Work<T extends @Nullable Object> {
    T on(Connection connection) throws SQLException;
  }

  private final Dialect dialect;
  private final Opener opener;
  private final int size;
  private final Duration timeout;
  private final Semaphore free;
  private final Deque<Connection> idle = new ArrayDeque<>();

  Readers(Dialect dialect, Opener opener, int size, Duration timeout) {
    this.dialect = dialect;
    this.opener = opener;
    this.size = size;
    this.timeout = timeout;
    this.free = new Semaphore(size, true);
  }

  <T extends @Nullable Object> List<T> query(
      String sql, Map<String, ? extends @Nullable Object> values, RowReader<T> reader) {
    return query(NamedSql.of(dialect, sql), sql, values, reader);
  }

  /** The rows of a statement already at hand. */
  <T extends @Nullable Object> List<T> query(
      NamedSql sql,
      String what,
      Map<String, ? extends @Nullable Object> values,
      RowReader<T> reader) {
    List<T> found = new ArrayList<>();
    run(sql, what, values, seconds(), row -> found.add(reader.read(row)));
    return found;
  }

  Dialect dialect() {
    return dialect;
  }

  /**
   * Hands over every row, however long it takes; the taker must not ask these readers anything.
   */
  void each(String sql, Map<String, ? extends @Nullable Object> values, RowTaker taker) {
    each(NamedSql.of(dialect, sql), sql, values, taker);
  }

  /** The same for a statement about certain tables or columns. */
  void each(
      String sql,
      Map<String, String> identifiers,
      Map<String, ? extends @Nullable Object> values,
      RowTaker taker) {
    each(NamedSql.of(dialect, sql, identifiers), sql, values, taker);
  }

  /** Hands over every row of a statement already at hand. */
  void each(
      NamedSql sql, String what, Map<String, ? extends @Nullable Object> values, RowTaker taker) {
    run(sql, what, values, 0, taker);
  }

  private void run(
      NamedSql sql,
      String what,
      Map<String, ? extends @Nullable Object> values,
      int limitSeconds,
      RowTaker taker) {
    this.<@Nullable Void>use(
        what,
        connection -> {
          try (PreparedStatement statement = sql.prepare(connection, values)) {
            statement.setQueryTimeout(limitSeconds);
            try (ResultSet rows = statement.executeQuery()) {
              while (rows.next()) {
                taker.take(rows);
              }
              return null;
            }
          }
        });
  }

  <T extends @Nullable Object> T use(String what, Work<T> work) {
    acquire(what, 1);
    try {
      Connection connection = take();
      try {
        return work.on(connection);
      } finally {
        give(connection);
      }
    } catch (SQLTimeoutException e) {
      throw new StoreException(
          "%s took longer than %s: ask for a shorter range".formatted(what, timeout), e);
    } catch (SQLException e) {
      throw new StoreException("%s failed: %s".formatted(what, e.getMessage()), e);
    } finally {
      free.release();
    }
  }

  private int seconds() {
    return (int) Math.max(1, timeout.toSeconds());
  }

  private Connection take() throws SQLException {
    synchronized (idle) {
      Connection connection = idle.poll();
      if (connection != null) {
        return connection;
      }
    }
    return opener.open();
  }

  private void give(Connection connection) {
    synchronized (idle) {
      idle.push(connection);
    }
  }

  private void acquire(String what, int permits) {
    try {
      if (!free.tryAcquire(permits, timeout.toMillis(), TimeUnit.MILLISECONDS)) {
        throw new StoreException(
            "%s waited %s for one of %d readers: too many slow queries at once"
                .formatted(what, timeout, size));
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new StoreException(what + " was interrupted while it waited for a reader", e);
    }
  }

  /** Waits for what runs, then closes; nothing can be asked afterwards. */
  @Override
  public void close() throws SQLException {
    acquire("closing", size);
    synchronized (idle) {
      for (Connection connection : idle) {
        connection.close();
      }
      idle.clear();
    }
  }
}
