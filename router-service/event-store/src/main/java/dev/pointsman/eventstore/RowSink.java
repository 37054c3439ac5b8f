package dev.pointsman.eventstore;

import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Takes rows of one table value by value, in the order of its columns. What is wrong with a value is
 * said when it is given or, by engines that look only then, when the rows are handed over.
 */
interface RowSink {

  /** The sinks of one batch's tables. */
  @FunctionalInterface
  interface OfTable {
    /** Begins a row of a table; the row before it must be ended. */
    RowSink begin(TableShape table) throws SQLException;
  }

  RowSink text(@Nullable String value) throws SQLException;

  RowSink id(@Nullable UUID value) throws SQLException;

  RowSink time(Instant value) throws SQLException;

  RowSink small(@Nullable Integer value) throws SQLException;

  RowSink whole(@Nullable Long value) throws SQLException;

  RowSink real(@Nullable Double value) throws SQLException;

  RowSink flag(@Nullable Boolean value) throws SQLException;

  RowSink texts(Map<String, String> value) throws SQLException;

  RowSink shares(Map<String, Double> value) throws SQLException;

  RowSink names(List<String> value) throws SQLException;

  RowSink reals(double[] value) throws SQLException;

  /** Whole numbers of which those below zero are unknown, which a table says by null. */
  RowSink wholes(long[] value) throws SQLException;

  /** Ends the row. */
  void end() throws SQLException;

  /** Microseconds since 1970, as the tables keep time. */
  static long micros(Instant time) {
    return Math.addExact(
        Math.multiplyExact(time.getEpochSecond(), 1_000_000L), time.getNano() / 1_000);
  }
}
