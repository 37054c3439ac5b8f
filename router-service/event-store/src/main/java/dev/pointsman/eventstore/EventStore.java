package dev.pointsman.eventstore;

import dev.pointsman.eventlog.Event;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.duckdb.DuckDBConnection;
import org.flywaydb.core.Flyway;

/**
 * The embedded store of one data directory, an analytical database in {@code events.duckdb}. One
 * process owns it; one thread at a time appends; readers never wait for the writer.
 *
 * <p>The engine unpacks its native library (60 MB) into {@code java.io.tmpdir} when its first class
 * loads and leaves it there after a crash. Start the JVM with {@code -Djava.io.tmpdir=DATA/tmp}:
 * opening a store sweeps what is left in that directory.
 */
public final class EventStore implements AutoCloseable {

  static final String CATALOG = "ev";
  static final String SCHEMA = "main";

  private static final int READERS = 2;

  private final Path dataDirectory;
  private final DuckDBConnection root;
  private final DuckDBConnection writer;
  private final Connections readers;
  private final StatisticsRefresh refresh;
  private final Object writing = new Object();
  private volatile long lastSequence;

  /**
   * How much of the machine the store may use.
   *
   * @param memoryLimit the engine's memory, for example {@code 2GB}; beyond it queries spill to disk
   * @param threads threads that one query may use
   * @param queryTimeout how long a reader may run
   */
  public record Settings(String memoryLimit, int threads, Duration queryTimeout) {
    /** 2 GB, 2 threads, 30 seconds. */
    public static final Settings DEFAULT = new Settings("2GB", 2, Duration.ofSeconds(30));
  }

  private EventStore(
      Path dataDirectory, DuckDBConnection root, DuckDBConnection writer, Settings settings)
      throws SQLException {
    this.dataDirectory = dataDirectory;
    this.root = root;
    this.writer = writer;
    List<DuckDBConnection> connections = new ArrayList<>();
    for (int i = 0; i < READERS; i++) {
      connections.add(connect(root));
    }
    this.readers = new Connections(connections, settings.queryTimeout());
    this.refresh = new StatisticsRefresh(connect(root));
    this.lastSequence = mark(writer);
  }

  private static long mark(Connection connection) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery("SELECT seq FROM ingest")) {
      row.next();
      return row.getLong(1);
    }
  }

  private boolean isStored(long sequence) {
    try {
      lastSequence = mark(writer);
      return lastSequence >= sequence;
    } catch (SQLException e) {
      return false;
    }
  }

  /**
   * Opens the store of a data directory, creating it if needed, and migrates its tables.
   *
   * @throws StoreException if another process has it open, or it cannot be read
   */
  public static EventStore open(Path dataDirectory, Settings settings) {
    Path file = dataDirectory.resolve("events.duckdb");
    DuckDBConnection root = null;
    try {
      Path temporary = Files.createDirectories(dataDirectory.resolve("tmp"));
      sweep(temporary);
      root = (DuckDBConnection) DriverManager.getConnection("jdbc:duckdb:");
      attach(root, file, temporary, settings);
      DuckDBConnection opened = root;
      Flyway.configure()
          .dataSource(new ConnectionSource(() -> connect(opened)))
          .locations("classpath:dev/pointsman/eventstore/sql/duckdb/migrations")
          .load()
          .migrate();
      return new EventStore(dataDirectory, root, connect(root), settings);
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

  /**
   * Stores events in one transaction together with the mark that they are stored.
   *
   * @param events in the order of the log
   * @param lastSequence the sequence number of the last of them; events at or below {@link
   *     #lastSequence()} are stored already and must not come again
   * @throws EventRefusedException if one of them contradicts itself; then none is stored
   * @throws StoreException if the engine refused; then none is stored
   */
  public void append(List<? extends Event> events, long lastSequence) {
    synchronized (writing) {
      if (lastSequence <= this.lastSequence) {
        throw new IllegalArgumentException(
            "events up to %d are stored, these end at %d"
                .formatted(this.lastSequence, lastSequence));
      }
      try (Statement statement = writer.createStatement()) {
        statement.execute("BEGIN");
        boolean committed = false;
        try (EventAppender appender = new EventAppender(writer, lastSequence)) {
          for (Event event : events) {
            appender.append(event);
          }
          appender.flush();
          statement.execute(
              "UPDATE ingest SET seq = "
                  + lastSequence
                  + ", updated_at = now() AT TIME ZONE 'UTC'");
          statement.execute("COMMIT");
          committed = true;
        } finally {
          if (!committed) {
            statement.execute("ROLLBACK");
          }
        }
      } catch (SQLException e) {
        if (isStored(lastSequence)) {
          // The commit itself was done; what failed came after it.
          return;
        }
        throw new StoreException(
            "%d events up to %d could not be stored in %s: %s"
                .formatted(events.size(), lastSequence, dataDirectory, e.getMessage()),
            e);
      }
      this.lastSequence = lastSequence;
    }
  }

  /** The sequence number of the last stored event of the spool, 0 before the first. */
  public long lastSequence() {
    return lastSequence;
  }

  /** The directory that the store is in. */
  public Path dataDirectory() {
    return dataDirectory;
  }

  /**
   * Brings one rule's statistics up to date: recomputes the buckets that something came in for since
   * the last time, or that matured; all of them when the rule is new or was changed.
   *
   * @param asOf the present; decides which decisions are matured
   * @return how many buckets were computed
   */
  public int refreshStatistics(RewardRule rule, Instant asOf) {
    return refresh.refresh(rule, asOf);
  }

  /**
   * The statistics as last refreshed, by bucket, segment, variant and lane.
   *
   * @param from first bucket
   * @param to end of the range, exclusive
   */
  public List<StatisticsRow> statistics(
      String functionName, String metric, Instant from, Instant to) {
    return readers.query(
        "statistics",
        java.util.Map.of("function", functionName, "metric", metric, "from", from, "to", to),
        Rows::statistics);
  }

  /** Figures about functions and their variants. */
  public FunctionQueries functions() {
    return new FunctionQueries(readers);
  }

  /** Single inferences, revisions, and what changed. */
  public HistoryQueries history() {
    return new HistoryQueries(readers);
  }

  /** Tables as files. */
  public TableExport export() {
    return new TableExport(readers, dataDirectory.resolve("tmp"));
  }

  /** Whether the engine takes a transaction at all; tells a bad row from a bad day. */
  boolean isWritable() {
    synchronized (writing) {
      try (Statement statement = writer.createStatement()) {
        statement.execute("UPDATE ingest SET updated_at = now() AT TIME ZONE 'UTC'");
        return true;
      } catch (SQLException e) {
        return false;
      }
    }
  }

  @Override
  public void close() {
    synchronized (writing) {
      try {
        readers.close();
        refresh.close();
        try (Statement statement = writer.createStatement()) {
          statement.execute("CHECKPOINT " + CATALOG);
        }
        writer.close();
        root.close();
      } catch (SQLException e) {
        throw new StoreException("%s could not be closed".formatted(dataDirectory), e);
      }
    }
  }

  private static void attach(DuckDBConnection root, Path file, Path temporary, Settings settings)
      throws SQLException {
    try (Statement statement = root.createStatement()) {
      // Small row groups: the engine rewrites the last, unfinished one at each checkpoint, and ours
      // hold text. Without the storage version the compression is silently off.
      statement.execute(
          "ATTACH %s AS %s (ROW_GROUP_SIZE 8192, STORAGE_VERSION 'latest')"
              .formatted(quoted(file), CATALOG));
      statement.execute("SET checkpoint_threshold = '64MB'");
      statement.execute("SET force_compression = 'zstd'");
      statement.execute("SET memory_limit = '" + settings.memoryLimit() + "'");
      statement.execute("SET threads = " + settings.threads());
      statement.execute("SET temp_directory = " + quoted(temporary.resolve("spill")));
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

  static String quoted(Path path) {
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

  private static void closeQuietly(
      @org.jspecify.annotations.Nullable Connection root, Exception why) {
    if (root != null) {
      try {
        root.close();
      } catch (SQLException e) {
        why.addSuppressed(e);
      }
    }
  }
}
