package dev.pointsman.eventstore;

import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.IntPredicate;
import org.jspecify.annotations.Nullable;

/**
 * Rows of one table in ClickHouse's {@code RowBinary}, in memory: values by the columns' order,
 * little-endian, lengths as varints, null as a leading 1 where a column may be null. Rows can be
 * taken out again in ranges, each with the number of the event that it came from.
 */
final class RowBinaryBlock implements RowSink {

  private static final int FIRST_SIZE = 1 << 16;

  private final TableShape table;
  private byte[] bytes = new byte[FIRST_SIZE];
  private int length;
  private int column;
  private long sequence;

  private int rows;
  private int[] ends = new int[64];
  private long[] sequences = new long[64];

  RowBinaryBlock(TableShape table) {
    this.table = table;
  }

  /** The column's type in the tables. */
  static String type(Column column) {
    String type =
        switch (column.kind()) {
          case ID -> "UUID";
          case TEXT -> "String";
          case NAME -> "LowCardinality(String)";
          case TIME -> "DateTime64(6, 'UTC')";
          case SMALL -> "Int32";
          case WHOLE -> "Int64";
          case REAL -> "Float64";
          case MONEY -> throw new IllegalArgumentException("no table has " + column.name());
          case FLAG -> "Bool";
          case TEXTS -> "Map(LowCardinality(String), String)";
          case SHARES -> "Map(LowCardinality(String), Float64)";
          case NAMES -> "Array(LowCardinality(String))";
          case REALS -> "Array(Float64)";
          case WHOLES -> "Array(Nullable(Int64))";
        };
    if (!column.nullable()) {
      return type;
    }
    return column.kind() == Column.Kind.NAME
        ? "LowCardinality(Nullable(String))"
        : "Nullable(" + type + ")";
  }

  TableShape table() {
    return table;
  }

  int rows() {
    return rows;
  }

  int bytes() {
    return length;
  }

  long sequenceOf(int row) {
    return sequences[row];
  }

  /** The encoded rows from one to another, exclusive. */
  InputStream stream(int from, int to) {
    int start = from == 0 ? 0 : ends[from - 1];
    return new ByteArrayInputStream(bytes, start, ends[to - 1] - start);
  }

  /** Whether every row begins with an id that no other row has. */
  boolean hasIds() {
    return table.columns().getFirst().kind() == Column.Kind.ID;
  }

  /** The id that a row begins with. */
  UUID idOf(int row) {
    ByteBuffer encoded = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    int start = row == 0 ? 0 : ends[row - 1];
    return new UUID(encoded.getLong(start), encoded.getLong(start + 8));
  }

  /** A block of some of the rows, in their order. */
  RowBinaryBlock only(IntPredicate kept) {
    RowBinaryBlock some = new RowBinaryBlock(table);
    for (int row = 0; row < rows; row++) {
      if (kept.test(row)) {
        int start = row == 0 ? 0 : ends[row - 1];
        int size = ends[row] - start;
        some.room(size);
        System.arraycopy(bytes, start, some.bytes, some.length, size);
        some.length += size;
        some.column = table.columns().size();
        some.sequence = sequences[row];
        some.end();
      }
    }
    return some;
  }

  /** Begins a row of the event with that number. */
  RowSink begin(long ofSequence) {
    column = 0;
    sequence = ofSequence;
    return this;
  }

  @Override
  public void end() {
    if (column != table.columns().size()) {
      throw new IllegalStateException(
          "a row of %s has %d values for %d columns"
              .formatted(table.name(), column, table.columns().size()));
    }
    if (rows == ends.length) {
      ends = Arrays.copyOf(ends, rows * 2);
      sequences = Arrays.copyOf(sequences, rows * 2);
    }
    ends[rows] = length;
    sequences[rows] = sequence;
    rows++;
  }

  @Override
  public RowSink text(@Nullable String value) {
    next(Column.Kind.TEXT, Column.Kind.NAME, value != null);
    if (value != null) {
      string(value);
    }
    return this;
  }

  @Override
  public RowSink id(@Nullable UUID value) {
    next(Column.Kind.ID, value != null);
    if (value != null) {
      long64(value.getMostSignificantBits());
      long64(value.getLeastSignificantBits());
    }
    return this;
  }

  @Override
  public RowSink time(Instant value) {
    next(Column.Kind.TIME, true);
    long64(RowSink.micros(value));
    return this;
  }

  @Override
  public RowSink small(@Nullable Integer value) {
    next(Column.Kind.SMALL, value != null);
    if (value != null) {
      room(4);
      ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).putInt(length, value);
      length += 4;
    }
    return this;
  }

  @Override
  public RowSink whole(@Nullable Long value) {
    next(Column.Kind.WHOLE, value != null);
    if (value != null) {
      long64(value);
    }
    return this;
  }

  @Override
  public RowSink real(@Nullable Double value) {
    next(Column.Kind.REAL, value != null);
    if (value != null) {
      long64(Double.doubleToRawLongBits(value));
    }
    return this;
  }

  @Override
  public RowSink flag(@Nullable Boolean value) {
    next(Column.Kind.FLAG, value != null);
    if (value != null) {
      one(value ? 1 : 0);
    }
    return this;
  }

  @Override
  public RowSink texts(Map<String, String> value) {
    next(Column.Kind.TEXTS, true);
    varint(value.size());
    value.forEach(
        (k, v) -> {
          string(k);
          string(v);
        });
    return this;
  }

  @Override
  public RowSink shares(Map<String, Double> value) {
    next(Column.Kind.SHARES, true);
    varint(value.size());
    value.forEach(
        (k, v) -> {
          string(k);
          long64(Double.doubleToRawLongBits(v));
        });
    return this;
  }

  @Override
  public RowSink names(List<String> value) {
    next(Column.Kind.NAMES, true);
    varint(value.size());
    value.forEach(this::string);
    return this;
  }

  @Override
  public RowSink reals(double[] value) {
    next(Column.Kind.REALS, true);
    varint(value.length);
    for (double item : value) {
      long64(Double.doubleToRawLongBits(item));
    }
    return this;
  }

  @Override
  public RowSink wholes(long[] value) {
    next(Column.Kind.WHOLES, true);
    varint(value.length);
    for (long item : value) {
      if (item < 0) {
        one(1);
      } else {
        one(0);
        long64(item);
      }
    }
    return this;
  }

  /** Moves on to the next column and says, where it may be null, whether it is. */
  private void next(Column.Kind kind, boolean present) {
    next(kind, kind, present);
  }

  private void next(Column.Kind kind, Column.Kind orKind, boolean present) {
    Column at = table.columns().get(column++);
    if (at.kind() != kind && at.kind() != orKind) {
      throw new IllegalStateException(
          "%s.%s holds %s, not %s".formatted(table.name(), at.name(), at.kind(), kind));
    }
    if (at.nullable()) {
      one(present ? 0 : 1);
    } else if (!present) {
      throw new EventRefusedException("%s of %s is missing".formatted(at.name(), table.name()));
    }
  }

  private void string(String value) {
    byte[] encoded = value.getBytes(StandardCharsets.UTF_8);
    varint(encoded.length);
    room(encoded.length);
    System.arraycopy(encoded, 0, bytes, length, encoded.length);
    length += encoded.length;
  }

  private void varint(int value) {
    int left = value;
    while (left > 0x7F) {
      one((left & 0x7F) | 0x80);
      left >>>= 7;
    }
    one(left);
  }

  private void long64(long value) {
    room(8);
    ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).putLong(length, value);
    length += 8;
  }

  private void one(int value) {
    room(1);
    bytes[length++] = (byte) value;
  }

  private void room(int more) {
    if (length + more > bytes.length) {
      bytes = Arrays.copyOf(bytes, Math.max(length + more, bytes.length * 2));
    }
  }
}
