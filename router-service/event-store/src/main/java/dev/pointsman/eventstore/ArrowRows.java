package dev.pointsman.eventstore;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.apache.arrow.c.ArrowArrayStream;
import org.apache.arrow.c.Data;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.vector.BigIntVector;
import org.apache.arrow.vector.BitVector;
import org.apache.arrow.vector.DensityAwareVector;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.Float8Vector;
import org.apache.arrow.vector.IntVector;
import org.apache.arrow.vector.TimeStampMicroVector;
import org.apache.arrow.vector.UuidVector;
import org.apache.arrow.vector.VarCharVector;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.complex.ListVector;
import org.apache.arrow.vector.complex.StructVector;
import org.apache.arrow.vector.extension.UuidType;
import org.apache.arrow.vector.ipc.ArrowReader;
import org.apache.arrow.vector.types.FloatingPointPrecision;
import org.apache.arrow.vector.types.TimeUnit;
import org.apache.arrow.vector.types.pojo.ArrowType;
import org.apache.arrow.vector.types.pojo.Field;
import org.apache.arrow.vector.types.pojo.FieldType;
import org.apache.arrow.vector.types.pojo.Schema;
import org.duckdb.DuckDBConnection;
import org.jspecify.annotations.Nullable;

/**
 * Rows of one table, laid out as columns in Arrow's format, which the embedded engine reads where
 * they lie. Its appender takes a call into the engine for every text and a dozen for every list.
 *
 * <p>Belongs to one connection, which knows it as a view and reads it only while {@link #insert}
 * runs. A cell that nothing is written to is null.
 *
 * @see <a href="https://arrow.apache.org/docs/format/CStreamInterface.html">Arrow's C stream</a>
 */
final class ArrowRows implements RowSink, AutoCloseable {

  private static final ArrowType TEXT = ArrowType.Utf8.INSTANCE;
  private static final ArrowType LONG = new ArrowType.Int(64, true);
  private static final ArrowType DOUBLE =
      new ArrowType.FloatingPoint(FloatingPointPrecision.DOUBLE);

  /** Batches of as many rows differ a little in size. */
  private static final double HEADROOM = 1.05;

  private final BufferAllocator allocator;
  private final Schema schema;
  private final ArrowArrayStream stream;
  private final PreparedStatement insertion;

  private @Nullable Batch batch;
  private FieldVector[] columns = {};

  /** How large the last batch was, which the next one is given room for at once. */
  private int lastRows;

  /** By column: what a row of it took of a text's bytes or a list's elements. */
  private double[] lastDensities = {};

  private int row;
  private int column;

  /**
   * Without rows.
   *
   * @param connection outside a transaction
   */
  ArrowRows(TableShape table, DuckDBConnection connection, BufferAllocator allocator)
      throws SQLException {
    this.allocator = allocator;
    this.schema = new Schema(table.columns().stream().map(ArrowRows::field).toList());
    this.stream = ArrowArrayStream.allocateNew(allocator);
    String view = "rows_of_" + table.name();
    // A view of nothing: the engine wants to see columns.
    Data.exportArrayStream(allocator, new Batch(), stream);
    connection.registerArrowStream(view, stream);
    this.insertion =
        connection.prepareStatement(
            "INSERT INTO %s SELECT * FROM %s".formatted(table.name(), view));
    stream.release();
  }

  /** Begins a row; the row before it must be ended. */
  RowSink begin() {
    if (batch == null) {
      batch = new Batch();
      columns = batch.root().getFieldVectors().toArray(new FieldVector[0]);
      row = 0;
      makeRoom();
    }
    column = 0;
    return this;
  }

  /** Hands the rows to the connection's transaction. */
  void insert() throws SQLException {
    Batch rows = batch;
    if (rows == null) {
      return;
    }
    batch = null;
    rows.root().setRowCount(row);
    noteRoom();
    Data.exportArrayStream(allocator, rows, stream);
    try {
      insertion.executeUpdate();
    } finally {
      // Does nothing where the engine took the stream, and gave it back when it was done.
      stream.release();
    }
  }

  /** Columns that grow by doubling copy all that is in them, into memory that is new to the process. */
  private void makeRoom() {
    for (int i = 0; i < lastDensities.length; i++) {
      if (columns[i] instanceof DensityAwareVector varying) {
        varying.setInitialCapacity(lastRows, lastDensities[i] * HEADROOM);
      } else {
        columns[i].setInitialCapacity(lastRows);
      }
      columns[i].allocateNew();
    }
  }

  private void noteRoom() {
    lastRows = row;
    lastDensities = new double[columns.length];
    for (int i = 0; i < columns.length; i++) {
      lastDensities[i] = (double) elements(columns[i]) / Math.max(1, row);
    }
  }

  private static int elements(FieldVector column) {
    return switch (column) {
      case VarCharVector text -> text.sizeOfValueBuffer();
      case ListVector list -> list.getDataVector().getValueCount();
      default -> 0;
    };
  }

  /** Forgets rows that were not inserted. */
  void clear() {
    if (batch != null) {
      batch.close();
      batch = null;
    }
  }

  @Override
  public void close() throws SQLException {
    clear();
    insertion.close();
    stream.close();
  }

  @Override
  public RowSink text(@Nullable String value) {
    VarCharVector into = (VarCharVector) next();
    if (value != null) {
      into.setSafe(row, value.getBytes(UTF_8));
    }
    return this;
  }

  @Override
  public RowSink id(@Nullable UUID value) {
    UuidVector into = (UuidVector) next();
    if (value != null) {
      into.setSafe(row, value);
    }
    return this;
  }

  @Override
  public RowSink time(Instant value) {
    ((TimeStampMicroVector) next()).setSafe(row, RowSink.micros(value));
    return this;
  }

  @Override
  public RowSink small(@Nullable Integer value) {
    IntVector into = (IntVector) next();
    if (value != null) {
      into.setSafe(row, value);
    }
    return this;
  }

  @Override
  public RowSink whole(@Nullable Long value) {
    BigIntVector into = (BigIntVector) next();
    if (value != null) {
      into.setSafe(row, value);
    }
    return this;
  }

  @Override
  public RowSink real(@Nullable Double value) {
    Float8Vector into = (Float8Vector) next();
    if (value != null) {
      into.setSafe(row, value);
    }
    return this;
  }

  @Override
  public RowSink flag(@Nullable Boolean value) {
    BitVector into = (BitVector) next();
    if (value != null) {
      into.setSafe(row, value ? 1 : 0);
    }
    return this;
  }

  @Override
  public RowSink texts(Map<String, String> value) {
    return map(value, (into, at, text) -> ((VarCharVector) into).setSafe(at, text.getBytes(UTF_8)));
  }

  @Override
  public RowSink shares(Map<String, Double> value) {
    return map(value, (into, at, share) -> ((Float8Vector) into).setSafe(at, share));
  }

  @Override
  public RowSink names(List<String> value) {
    ListVector list = (ListVector) next();
    VarCharVector into = (VarCharVector) list.getDataVector();
    int at = list.startNewValue(row);
    for (String name : value) {
      into.setSafe(at++, name.getBytes(UTF_8));
    }
    list.endValue(row, value.size());
    return this;
  }

  @Override
  public RowSink reals(double[] value) {
    ListVector list = (ListVector) next();
    Float8Vector into = (Float8Vector) list.getDataVector();
    int at = list.startNewValue(row);
    for (double real : value) {
      into.setSafe(at++, real);
    }
    list.endValue(row, value.length);
    return this;
  }

  @Override
  public RowSink wholes(long[] value) {
    ListVector list = (ListVector) next();
    BigIntVector into = (BigIntVector) list.getDataVector();
    int at = list.startNewValue(row);
    for (long whole : value) {
      if (whole >= 0) {
        into.setSafe(at, whole);
      }
      at++;
    }
    list.endValue(row, value.length);
    return this;
  }

  @Override
  public void end() {
    if (column != columns.length) {
      throw new IllegalStateException(
          "%d values for %d columns of %s".formatted(column, columns.length, schema));
    }
    row++;
  }

  private FieldVector next() {
    return columns[column++];
  }

  /** Writes a map's value at a place. */
  @FunctionalInterface
  private interface ValueWriter<V> {
    void write(FieldVector into, int at, V value);
  }

  private <V> RowSink map(Map<String, V> value, ValueWriter<V> writer) {
    ListVector map = (ListVector) next();
    int at = map.startNewValue(row);
    if (!value.isEmpty()) {
      StructVector entries = (StructVector) map.getDataVector();
      VarCharVector keys = (VarCharVector) entries.getChildByOrdinal(0);
      FieldVector values = (FieldVector) entries.getChildByOrdinal(1);
      for (Map.Entry<String, V> entry : value.entrySet()) {
        entries.setIndexDefined(at);
        keys.setSafe(at, entry.getKey().getBytes(UTF_8));
        writer.write(values, at, entry.getValue());
        at++;
      }
    }
    map.endValue(row, value.size());
    return this;
  }

  private static Field field(Column column) {
    return switch (column.kind()) {
      case ID -> leaf(column.name(), UuidType.INSTANCE);
      case TEXT, NAME -> leaf(column.name(), TEXT);
      case TIME -> leaf(column.name(), new ArrowType.Timestamp(TimeUnit.MICROSECOND, null));
      case SMALL -> leaf(column.name(), new ArrowType.Int(32, true));
      case WHOLE -> leaf(column.name(), LONG);
      case REAL -> leaf(column.name(), DOUBLE);
      case FLAG -> leaf(column.name(), ArrowType.Bool.INSTANCE);
      case TEXTS -> map(column.name(), TEXT);
      case SHARES -> map(column.name(), DOUBLE);
      case NAMES -> list(column.name(), TEXT);
      case REALS -> list(column.name(), DOUBLE);
      case WHOLES -> list(column.name(), LONG);
      case MONEY -> throw new IllegalArgumentException(column.name() + " is written in no table");
    };
  }

  private static Field leaf(String name, ArrowType type) {
    return new Field(name, FieldType.nullable(type), null);
  }

  private static Field list(String name, ArrowType of) {
    return new Field(
        name, FieldType.nullable(ArrowType.List.INSTANCE), List.of(leaf("element", of)));
  }

  private static Field map(String name, ArrowType of) {
    Field key = new Field("key", FieldType.notNullable(TEXT), null);
    Field entry =
        new Field(
            "entries",
            FieldType.notNullable(ArrowType.Struct.INSTANCE),
            List.of(key, leaf("value", of)));
    return new Field(name, FieldType.nullable(new ArrowType.Map(false)), List.of(entry));
  }

  /** The rows between two insertions, handed out once and whole. */
  private final class Batch extends ArrowReader {

    private boolean taken;

    Batch() {
      super(ArrowRows.this.allocator);
    }

    VectorSchemaRoot root() {
      try {
        return getVectorSchemaRoot();
      } catch (IOException e) {
        throw new UncheckedIOException("nothing is read here", e);
      }
    }

    @Override
    public boolean loadNextBatch() {
      boolean first = !taken;
      taken = true;
      return first;
    }

    @Override
    public long bytesRead() {
      return 0;
    }

    @Override
    protected void closeReadSource() {}

    @Override
    protected Schema readSchema() {
      return schema;
    }

    @Override
    public void close() {
      try {
        super.close();
      } catch (IOException e) {
        throw new UncheckedIOException("nothing is read here", e);
      }
    }
  }
}
