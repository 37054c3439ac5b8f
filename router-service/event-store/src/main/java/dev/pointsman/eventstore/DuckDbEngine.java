package dev.pointsman.eventstore;

import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.apache.arrow.memory.BufferAllocator;
import org.duckdb.DuckDBConnection;
import org.flywaydb.core.Flyway;
import org.jspecify.annotations.Nullable;

/**
 * The embedded engine, an analytical database in {@code events.duckdb}. One process owns it; readers
 * never wait for writers. A batch is a transaction: its rows and the mark of its source commit
 * together. Batches may be written at the same time, since compressing text is most of the work; they
 * commit in the order of their source.
 */
final class DuckDbEngine implements Engine {

  static final String CATALOG = "ev";
  static final String SCHEMA = "main";

  private static final int READERS = 2;

  /** Batches that are written at the same time: one commits while two are prepared. */
  private static final int WRITERS = 3;

  private static final int CHUNK_ROWS = 2_000;

  private final Path dataDirectory;
  private final DuckDBConnection root;

  private final ColumnMemory columns = new ColumnMemory();

  /** Where rows lie on their way into the engine. */
  private final BufferAllocator memory = columns.allocator();

  /** Those that write no batch now. */
  private final BlockingQueue<DuckDbWriter> writers = new ArrayBlockingQueue<>(WRITERS);

  /** For marks alone: whoever holds a writer may be waiting for one. Guarded by its lock. */
  private final DuckDBConnection marker;

  private final Readers readers;
  private final DuckDbStatistics statistics;
  private final DuckDbRollups rollups;
  private final DuckDbUpkeep upkeep;

  /** Held while a batch is committed and while marks are read; guards them. */
  private final Object marking = new Object();

  private final Map<String, Long> marks = new HashMap<>();

  private DuckDbEngine(Path dataDirectory, DuckDBConnection root, EventStore.Settings settings)
      throws SQLException {
    this.dataDirectory = dataDirectory;
    this.root = root;
    for (int i = 0; i < WRITERS; i++) {
      writers.add(new DuckDbWriter(connect(root), memory));
    }
    this.marker = connect(root);
    this.readers =
        new Readers(Dialect.DUCKDB, () -> connect(root), READERS, settings.queryTimeout());
    this.statistics = new DuckDbStatistics(connect(root), connect(root));
    this.rollups = new DuckDbRollups(connect(root));
    this.upkeep = new DuckDbUpkeep(connect(root));
  }

  /**
   * Opens the file of a data directory, creating it if needed, and migrates its tables.
   *
   * @param spool the name of the directory's spool, whose mark an older file keeps without a name
   */
  static DuckDbEngine open(Path dataDirectory, EventStore.Settings settings, String spool) {
    Path file = dataDirectory.resolve("events.duckdb");
    DuckDBConnection root = null;
    try {
      Path temporary = Files.createDirectories(dataDirectory.resolve("tmp"));
      sweep(temporary);
      root = (DuckDBConnection) DriverManager.getConnection("jdbc:duckdb:");
      attach(root, file, temporary, settings);
      DuckDBConnection opened = root;
      Flyway.configure()
          .dataSource(new MigrationSource(() -> connect(opened)))
          .locations("classpath:dev/pointsman/eventstore/sql/duckdb/migrations")
          .placeholders(Map.of("spool", spool))
          .load()
          .migrate();
      return new DuckDbEngine(dataDirectory, root, settings);
    } catch (IOException e) {
      throw new UncheckedIOException(
          "the data directory %s cannot be written".formatted(dataDirectory), e);
    } catch (SQLException | RuntimeException e) {
      closeQuietly(root, e);
      String message = String.valueOf(e.getMessage());
      if (message.contains("Could not set lock")) {
        throw new StoreException(
            "%s is open in another process: stop that one, or ask it over its HTTP API"
                .formatted(file),
            e);
      }
      throw new StoreException("%s cannot be opened: %s".formatted(file, message), e);
    }
  }

  @Override
  public Readers readers() {
    return readers;
  }

  @Override
  public PreparedBatch prepare(EventBatch batch) {
    return prepare(
        batch.source(),
        batch.first(),
        batch.last(),
        rows -> {
          for (EventBatch.Numbered event : batch.events()) {
            rows.write(event.event());
          }
        });
  }

  @Override
  public void append(RowBatch batch) {
    try (Prepared prepared = prepare(batch.source(), batch.first(), batch.last(), batch::writeTo)) {
      prepared.commit();
    }
  }

  /** Writes the rows of a batch. */
  @FunctionalInterface
  private interface BatchWriter {
    void writeTo(EventRows rows) throws SQLException;
  }

  private Prepared prepare(String source, long first, long last, BatchWriter batch) {
    Prepared prepared = new Prepared(freeWriter(), source, first, last);
    boolean whole = false;
    try {
      prepared.write(batch);
      whole = true;
      return prepared;
    } catch (SQLException e) {
      throw prepared.notStored(e);
    } finally {
      if (!whole) {
        prepared.close();
      }
    }
  }

  private DuckDbWriter freeWriter() {
    try {
      return writers.take();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new StoreException("interrupted while others wrote to " + dataDirectory, e);
    }
  }

  /** A batch in a transaction of its own writer, which goes back when the batch is closed. */
  private final class Prepared implements PreparedBatch {

    private final DuckDbWriter writer;
    private final String source;
    private final long first;
    private final long last;

    /** How far the source was stored when the transaction began. */
    private long seen;

    private boolean open;

    Prepared(DuckDbWriter writer, String source, long first, long last) {
      this.writer = writer;
      this.source = source;
      this.first = first;
      this.last = last;
    }

    void write(BatchWriter batch) throws SQLException {
      batch.writeTo(new EventRows(writer, source, last));
      seen = lastSequence(source);
      execute("BEGIN");
      open = true;
      writer.insert();
    }

    @Override
    public void commit() {
      synchronized (marking) {
        long stored = lastSequence(source);
        if (first != stored + 1) {
          throw new IllegalStateException(
              "%s is stored up to %d: what begins at %d cannot be committed yet"
                  .formatted(source, stored, first));
        }
        try {
          advance(stored);
          execute("COMMIT");
          open = false;
        } catch (SQLException e) {
          if (!isStored(source, last)) {
            throw notStored(e);
          }
          // The commit itself was done; what failed came after it.
          open = false;
        }
        marks.put(source, last);
      }
    }

    /**
     * Moves the mark. One that another transaction moved since this one began cannot be touched here;
     * then a second row says it, the greater one counts, and the next batch makes them one again.
     */
    private void advance(long stored) throws SQLException {
      Map<String, Object> values = Map.of("source", source, "seq", last);
      int rows = 0;
      if (stored == seen) {
        try (PreparedStatement update =
            NamedSql.of(Dialect.DUCKDB, "ingest_update").prepare(writer.connection(), values)) {
          rows = update.executeUpdate();
        }
        if (rows > 1) {
          NamedSql.of(Dialect.DUCKDB, "ingest_delete")
              .execute(writer.connection(), Map.of("source", source));
        }
      }
      if (rows != 1) {
        NamedSql.of(Dialect.DUCKDB, "ingest_insert").execute(writer.connection(), values);
      }
    }

    StoreException notStored(SQLException e) {
      return new StoreException(
          "what ends at %d of %s could not be stored in %s: %s"
              .formatted(last, source, dataDirectory, e.getMessage()),
          e);
    }

    private void execute(String statement) throws SQLException {
      try (Statement executed = writer.connection().createStatement()) {
        executed.execute(statement);
      }
    }

    @Override
    public void close() {
      try {
        if (open) {
          execute("ROLLBACK");
        }
      } catch (SQLException e) {
        // What failed before says more; the engine has rolled back by itself then.
      } finally {
        open = false;
        writer.clear();
        writers.add(writer);
      }
    }
  }

  @Override
  public void appendRow(EventBatch batch, EventTable table, int row) {
    if (!holds(table, batch.events().getFirst().event().id())) {
      append(batch);
    }
  }

  @Override
  public boolean holds(EventTable table, UUID id) {
    List<Long> found = new ArrayList<>();
    readers.each(
        NamedSql.of(
            Dialect.DUCKDB,
            "holds_id",
            Map.of("table", table.tableName(), "id", table.shape().columnNames().getFirst())),
        "looking for an event",
        Map.of("id", id),
        row -> found.add(row.getLong(1)));
    return found.getFirst() > 0;
  }

  @Override
  public @Nullable String unreachable() {
    return null;
  }

  private boolean isStored(String source, long last) {
    try {
      long stored = mark(source);
      marks.put(source, stored);
      return stored >= last;
    } catch (SQLException e) {
      return false;
    }
  }

  @Override
  public long lastSequence(String source) {
    synchronized (marking) {
      Long known = marks.get(source);
      if (known != null) {
        return known;
      }
      try {
        long stored = mark(source);
        marks.put(source, stored);
        return stored;
      } catch (SQLException e) {
        throw new StoreException(
            "how far %s is stored cannot be read: %s".formatted(source, e.getMessage()), e);
      }
    }
  }

  private long mark(String source) throws SQLException {
    try (PreparedStatement statement =
            NamedSql.of(Dialect.DUCKDB, "ingest_of").prepare(marker, Map.of("source", source));
        ResultSet row = statement.executeQuery()) {
      return row.next() ? row.getLong(1) : 0;
    }
  }

  @Override
  public boolean isWritable() {
    List<DuckDbWriter> all = allWriters();
    try {
      NamedSql.of(Dialect.DUCKDB, "ingest_touch").execute(all.getFirst().connection(), Map.of());
      return true;
    } catch (SQLException e) {
      return false;
    } finally {
      writers.addAll(all);
    }
  }

  /** Waits until nobody writes: marks must not be touched under a transaction that will move one. */
  private List<DuckDbWriter> allWriters() {
    synchronized (writers) {
      List<DuckDbWriter> all = new ArrayList<>(WRITERS);
      for (int i = 0; i < WRITERS; i++) {
        all.add(freeWriter());
      }
      return all;
    }
  }

  @Override
  public int refreshStatistics(RewardRule rule, Instant asOf) {
    return statistics.refresh(rule, asOf);
  }

  @Override
  public int refreshRollups(Collection<RewardRule> rules, RollupTags tags, Instant asOf) {
    return rollups.refresh(rules, tags, asOf);
  }

  @Override
  public void forgetRollups() {
    rollups.forget();
  }

  /** Nothing to do: a refresh replaces what it computes. */
  @Override
  public void trimStatistics(RewardRule rule) {}

  /** Nothing to do: a refresh replaces what it computes. */
  @Override
  public void trimRollups(Collection<RewardRule> rules) {}

  /**
   * By chunks of row numbers, so that neither a large table nor a slow taker holds memory or a
   * reader.
   */
  @Override
  public void scan(EventTable table, RowTaker taker) {
    List<Column> columns = table.shape().columns();
    NamedSql chunk = NamedSql.of(Dialect.DUCKDB, "scan_chunk", identifiers(table.shape()));
    String what = "reading " + table.tableName();
    long end = rowIdEnd(table);
    for (long first = 0; first < end; first += CHUNK_ROWS) {
      List<List<@Nullable Object>> rows = new ArrayList<>();
      readers.each(
          chunk,
          what,
          Map.of("first", first, "end", first + CHUNK_ROWS),
          row -> rows.add(Rows.values(row, columns)));
      rows.forEach(taker::take);
    }
  }

  private long rowIdEnd(EventTable table) {
    List<Long> end = new ArrayList<>();
    readers.each(
        NamedSql.of(Dialect.DUCKDB, "scan_end", identifiers(table.shape())),
        "reading " + table.tableName(),
        Map.of(),
        row -> end.add(row.getLong(1)));
    return end.getFirst();
  }

  @Override
  public long writeParquet(TableShape table, OutputStream out) throws IOException {
    Path file = dataDirectory.resolve("tmp").resolve("export-" + UUID.randomUUID());
    Map<String, String> identifiers = new HashMap<>(identifiers(table));
    identifiers.put("file", quoted(file));
    identifiers.put(
        "columns",
        listed(table, column -> column.kind() == Column.Kind.TIME ? utc(column) : name(column)));
    try {
      long rows =
          readers.use(
              "export of " + table.name(),
              connection -> {
                try (PreparedStatement statement =
                    NamedSql.of(Dialect.DUCKDB, "copy_parquet", identifiers)
                        .prepare(connection, Map.of())) {
                  return (long) statement.executeUpdate();
                }
              });
      Files.copy(file, out);
      return rows;
    } finally {
      deleteQuietly(file);
    }
  }

  @Override
  public Map<String, Long> expire(Expiry expiry, BooleanSupplier stop) {
    return upkeep.expire(expiry, stop);
  }

  @Override
  public void erase(Map<String, String> tag) {
    upkeep.erase(tag);
  }

  private static Map<String, String> identifiers(TableShape table) {
    return Map.of("table", table.name(), "columns", listed(table, DuckDbEngine::name));
  }

  private static String listed(TableShape table, Function<Column, String> written) {
    return table.columns().stream().map(written).collect(Collectors.joining(", "));
  }

  private static String name(Column column) {
    return '"' + column.name() + '"';
  }

  /** In the file a time says that it is UTC, which the tables' times do not. */
  private static String utc(Column column) {
    return "%s AT TIME ZONE 'UTC' AS %s".formatted(name(column), name(column));
  }

  private static void deleteQuietly(Path file) {
    try {
      Files.deleteIfExists(file);
    } catch (IOException e) {
      // Swept when the store is opened next.
    }
  }

  @Override
  public void close() {
    List<DuckDbWriter> all = allWriters();
    try {
      readers.close();
      statistics.close();
      rollups.close();
      upkeep.close();
      try (Statement statement = all.getFirst().connection().createStatement()) {
        statement.execute("CHECKPOINT " + CATALOG);
      }
      for (DuckDbWriter writer : all) {
        writer.close();
      }
      marker.close();
      root.close();
      memory.close();
      columns.close();
    } catch (SQLException e) {
      throw new StoreException("%s could not be closed".formatted(dataDirectory), e);
    } finally {
      // Whoever comes too late is told by a closed connection.
      writers.addAll(all);
    }
  }

  private static void attach(
      DuckDBConnection root, Path file, Path temporary, EventStore.Settings settings)
      throws SQLException {
    try (Statement statement = root.createStatement()) {
      // Before the file, whose log is read as it is attached: that must fit in the memory, too.
      statement.execute("SET temp_directory = " + quoted(temporary.resolve("spill")));
      statement.execute("SET memory_limit = '" + settings.memoryLimit() + "'");
      statement.execute("SET threads = " + settings.threads());
      // Checkpoints were half of what the drain cost; after a crash at most so much is read again.
      statement.execute("SET checkpoint_threshold = '256MB'");
      // A checkpoint puts groups of rows that are not full together and compresses all their texts
      // again: with no limit, hundreds of them where batches of all sizes came. With fewer at each,
      // what refreshes replace would fill the file to twice its size.
      statement.execute("SET max_vacuum_tasks = 16");
      statement.execute("SET force_compression = 'zstd'");
      // Small row groups: the engine rewrites the last, unfinished one at each checkpoint, and ours
      // hold text. Without the storage version the compression is silently off.
      statement.execute(
          "ATTACH %s AS %s (ROW_GROUP_SIZE 8192, STORAGE_VERSION 'latest')"
              .formatted(quoted(file), CATALOG));
    }
  }

  private static DuckDBConnection connect(DuckDBConnection root) throws SQLException {
    DuckDBConnection connection = root.duplicate();
    // A duplicate starts in the empty in-memory database again.
    try (Statement statement = connection.createStatement()) {
      statement.execute("USE " + CATALOG);
    }
    return connection;
  }

  private static String quoted(Path path) {
    return "'" + path.toAbsolutePath().toString().replace("'", "''") + "'";
  }

  private static void sweep(Path temporary) throws IOException {
    try (DirectoryStream<Path> left =
        Files.newDirectoryStream(temporary, "{libduckdb_java*,export-*}")) {
      for (Path file : left) {
        Files.deleteIfExists(file);
      }
    }
  }

  private static void closeQuietly(@Nullable Connection root, Exception why) {
    if (root != null) {
      try {
        root.close();
      } catch (SQLException e) {
        why.addSuppressed(e);
      }
    }
  }
}
