package dev.pointsman.eventstore;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.BooleanSupplier;
import java.util.stream.Collectors;
import java.util.zip.GZIPInputStream;
import org.jspecify.annotations.Nullable;

/**
 * Files of lines brought into the store, each row once. A file is a source of its own, named after
 * what it holds and a hash of its content: how many of its lines are done commits with their rows, so
 * that an import which was cut off anywhere goes on there, and one that is done does nothing. A row
 * whose key is in the store already is passed over.
 *
 * <p>Memory does not depend on the file. One import at a time; the store must not be in use by a
 * service of this directory.
 */
public final class TableImport {

  private static final int BATCH_LINES = 1_000;
  private static final long BATCH_BYTES = 8L << 20;
  private static final int LONGEST_LINE = 256 << 20;

  /** Stands in no key: what the engine splits the keys of a question at. */
  static final String KEY_SEPARATOR = "\u001f";

  private final Engine engine;

  TableImport(Engine engine) {
    this.engine = engine;
  }

  /**
   * What an import is told while it works.
   */
  public interface Listener {
    /** So many bytes of the file, as it lies on disk, were read. */
    void read(long bytes);

    /** A line is no row and is left out. */
    void unreadable(long line, String reason);
  }

  /**
   * What an import did.
   *
   * @param source the file's name as a source
   * @param resumedAfter lines that were done before, 0 when it began afresh
   * @param lines lines of the file that are done now
   * @param rows rows stored, or that would be in a dry run, by table
   * @param present rows passed over because the store had them
   * @param unreadable lines left out
   * @param complete whether the end of the file was reached
   */
  public record Outcome(
      String source,
      long resumedAfter,
      long lines,
      Map<String, Long> rows,
      long present,
      long unreadable,
      boolean complete) {}

  /** Imports a file that {@link TableExport} wrote as JSON lines, as it is or gzipped. */
  public Outcome exported(
      EventTable table, Path file, boolean dryRun, BooleanSupplier stop, Listener listener) {
    return run(new ExportedLines(table), file, dryRun, stop, listener);
  }

  /** Imports a file of one of TensorZero's tables in the format JSONEachRow, as it is or gzipped. */
  public Outcome tensorZero(
      TensorZeroTable table, Path file, boolean dryRun, BooleanSupplier stop, Listener listener) {
    return run(new TensorZeroLines(table, engine.readers()), file, dryRun, stop, listener);
  }

  private Outcome run(
      ImportFormat format, Path file, boolean dryRun, BooleanSupplier stop, Listener listener) {
    try {
      String source = "import:%s-%s".formatted(format.name(), contentHash(file));
      long done = dryRun ? 0 : engine.lastSequence(source);
      try (Lines lines = new Lines(file)) {
        return new Run(format, source, dryRun, listener, done).all(lines, stop);
      }
    } catch (IOException e) {
      throw new UncheckedIOException("%s cannot be read: %s".formatted(file, e.getMessage()), e);
    }
  }

  private final class Run {
    private final ImportFormat format;
    private final String source;
    private final boolean dryRun;
    private final Listener listener;
    private final long resumedAfter;
    private final Map<String, Long> stored = new TreeMap<>();
    private long done;
    private long present;
    private long unreadable;

    Run(ImportFormat format, String source, boolean dryRun, Listener listener, long done) {
      this.format = format;
      this.source = source;
      this.dryRun = dryRun;
      this.listener = listener;
      this.resumedAfter = done;
      this.done = done;
    }

    Outcome all(Lines lines, BooleanSupplier stop) throws IOException {
      boolean end = false;
      for (long skipped = 0; skipped < resumedAfter && !end; skipped++) {
        end = !lines.skip();
      }
      while (!end && !stop.getAsBoolean()) {
        List<TableRow> batch = new ArrayList<>();
        long number = done;
        long bytes = 0;
        while (number - done < BATCH_LINES && bytes < BATCH_BYTES) {
          byte[] line = lines.next();
          if (line == null) {
            end = true;
            break;
          }
          number++;
          bytes += line.length;
          take(line, number, batch);
        }
        store(batch, number);
        listener.read(lines.position());
      }
      return new Outcome(source, resumedAfter, done, stored, present, unreadable, end);
    }

    private void take(byte[] line, long number, List<TableRow> batch) {
      if (line.length == 0) {
        return;
      }
      try {
        if (line.length >= LONGEST_LINE) {
          throw new UnreadableLineException(
              "it is longer than %d MB".formatted(LONGEST_LINE >> 20));
        }
        batch.addAll(format.read(line));
      } catch (UnreadableLineException e) {
        unreadable++;
        listener.unreadable(number, e.reason());
      }
    }

    private void store(List<TableRow> batch, long last) {
      if (last == done) {
        return;
      }
      List<TableRow> fresh = fresh(batch);
      present += batch.size() - fresh.size();
      if (!dryRun) {
        format.complete(fresh);
        engine.append(new RowBatch(source, done + 1, last, fresh, batch));
      }
      for (TableRow row : fresh) {
        stored.merge(row.table().tableName(), 1L, Long::sum);
      }
      done = last;
    }

    /** Without those in the store and those that the batch has twice. */
    private List<TableRow> fresh(List<TableRow> batch) {
      Map<EventTable, Set<List<Object>>> known = new EnumMap<>(EventTable.class);
      Map<EventTable, List<TableRow>> byTable = new EnumMap<>(EventTable.class);
      for (TableRow row : batch) {
        byTable.computeIfAbsent(row.table(), table -> new ArrayList<>()).add(row);
      }
      byTable.forEach((table, rows) -> known.put(table, stored(table, rows)));
      List<TableRow> fresh = new ArrayList<>(batch.size());
      for (TableRow row : batch) {
        Set<List<Object>> seen = known.get(row.table());
        if (seen != null && seen.add(row.key())) {
          fresh.add(row);
        }
      }
      return fresh;
    }
  }

  /** The lines of a file, gzipped or not, one at a time. */
  private static final class Lines implements AutoCloseable {
    private final InputStream raw;
    private final InputStream in;
    private final byte[] buffer = new byte[1 << 16];
    private int at;
    private int length;
    private long read;

    Lines(Path file) throws IOException {
      raw = new BufferedInputStream(Files.newInputStream(file), 1 << 16);
      InputStream counted =
          new FilterInputStream(raw) {
            @Override
            public int read() throws IOException {
              int b = super.read();
              read += b < 0 ? 0 : 1;
              return b;
            }

            @Override
            public int read(byte[] bytes, int offset, int count) throws IOException {
              int n = super.read(bytes, offset, count);
              read += Math.max(0, n);
              return n;
            }
          };
      in = file.toString().endsWith(".gz") ? new GZIPInputStream(counted, 1 << 16) : counted;
    }

    /** Bytes of the file that were read. */
    long position() {
      return read;
    }

    /** Passes over a line; whether there was one. */
    boolean skip() throws IOException {
      return take(null);
    }

    /** The next line without its end, null at the end; a line that is too long is cut. */
    byte @Nullable [] next() throws IOException {
      ByteArrayOutputStream line = new ByteArrayOutputStream(1024);
      return take(line) ? line.toByteArray() : null;
    }

    private boolean take(@Nullable ByteArrayOutputStream line) throws IOException {
      boolean any = false;
      while (true) {
        if (at == length) {
          length = Math.max(0, in.read(buffer));
          at = 0;
          if (length == 0) {
            return any;
          }
        }
        any = true;
        int end = at;
        while (end < length && buffer[end] != '\n') {
          end++;
        }
        if (line != null) {
          line.write(buffer, at, Math.min(end - at, LONGEST_LINE - line.size()));
        }
        boolean whole = end < length;
        at = whole ? end + 1 : end;
        if (whole) {
          return true;
        }
      }
    }

    @Override
    public void close() throws IOException {
      in.close();
      raw.close();
    }
  }

  /** The keys among these rows that the store has. */
  private Set<List<Object>> stored(EventTable table, List<TableRow> rows) {
    List<Column> keys = table.keyColumns().stream().map(table.shape()::column).toList();
    Set<List<Object>> found = new HashSet<>();
    Map<String, String> identifiers = new HashMap<>();
    identifiers.put("table", table.tableName());
    identifiers.put("columns", quoted(table.keyColumns()));
    identifiers.put("key", quoted(List.of(keys.getFirst().name())));
    identifiers.put("time", quoted(List.of(table.timeColumn())));
    engine
        .readers()
        .each(
            keys.getFirst().kind() == Column.Kind.ID ? "present_ids" : "present_keys",
            identifiers,
            Map.of(
                "from",
                rows.stream().map(TableRow::time).min(Instant::compareTo).orElseThrow(),
                "to",
                rows.stream().map(TableRow::time).max(Instant::compareTo).orElseThrow(),
                "keys",
                rows.stream()
                    .map(row -> row.key().getFirst().toString())
                    .distinct()
                    .collect(Collectors.joining(KEY_SEPARATOR))),
            row -> {
              List<Object> key = new ArrayList<>();
              for (Object value : Rows.values(row, keys)) {
                key.add(Objects.requireNonNull(value));
              }
              found.add(key);
            });
    return found;
  }

  private static String quoted(List<String> columns) {
    return columns.stream().map(name -> '"' + name + '"').collect(Collectors.joining(", "));
  }

  private static String contentHash(Path file) throws IOException {
    try (InputStream in = Files.newInputStream(file)) {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      byte[] buffer = new byte[1 << 16];
      for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
        digest.update(buffer, 0, n);
      }
      return HexFormat.of().formatHex(digest.digest(), 0, 8);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has SHA-256, this one says it has not", e);
    }
  }
}
