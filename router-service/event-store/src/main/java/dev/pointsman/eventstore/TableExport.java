package dev.pointsman.eventstore;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Array;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Tables as files for other programs, by the column names of the contract, in the order of arrival.
 * Times are ISO 8601 in UTC with microseconds (in Parquet: its own UTC timestamp); numbers keep all
 * their bits; lists and maps are JSON, in CSV as text.
 */
public final class TableExport {

  private static final int CHUNK_ROWS = 2_000;
  private static final DateTimeFormatter TIME =
      DateTimeFormatter.ofPattern("yyyy-MM-dd'T'HH:mm:ss.SSSSSS'Z'", Locale.ROOT);
  static final JsonFactory JSON =
      JsonFactory.builder().disable(JsonFactory.Feature.INTERN_FIELD_NAMES).build();

  private final Connections readers;
  private final Path temporary;

  TableExport(Connections readers, Path temporary) {
    this.readers = readers;
    this.temporary = temporary;
  }

  /** What a file looks like. */
  public enum Format {
    /** One JSON object per line; null columns are written as null. */
    JSONL,
    /** Comma-separated with a header line. */
    CSV,
    /** Apache Parquet. */
    PARQUET;

    /**
     * The format of that name, for example {@code jsonl}.
     *
     * @throws IllegalArgumentException if there is none
     */
    public static Format ofName(String name) {
      return switch (name) {
        case "jsonl" -> JSONL;
        case "csv" -> CSV;
        case "parquet" -> PARQUET;
        default ->
            throw new IllegalArgumentException(
                "there is no export format '" + name + "'; formats are jsonl, csv, parquet");
      };
    }
  }

  /**
   * Writes a table to a stream, which stays open. JSON lines are written as they are read; the other
   * formats pass through a file in the data directory.
   *
   * @return rows written
   */
  public long write(EventTable table, Format format, OutputStream out) {
    if (format == Format.JSONL) {
      return writeLines(table, out);
    }
    Path file = temporary.resolve("export-" + UUID.randomUUID());
    try {
      long rows = copy(table, format, file);
      Files.copy(file, out);
      return rows;
    } catch (IOException e) {
      throw failed(table, e);
    } finally {
      deleteQuietly(file);
    }
  }

  /**
   * Writes a table to a file, replacing it.
   *
   * @return rows written
   */
  public long write(EventTable table, Format format, Path file) {
    if (format != Format.JSONL) {
      return copy(table, format, file);
    }
    try (OutputStream out = Files.newOutputStream(file)) {
      return writeLines(table, out);
    } catch (IOException e) {
      throw failed(table, e);
    }
  }

  private record Column(String name, String type) {
    boolean isNested() {
      return type.endsWith("[]") || type.startsWith("MAP");
    }

    String quoted() {
      return '"' + name + '"';
    }
  }

  private List<Column> columns(EventTable table) {
    return readers.query(
        "table_columns",
        Map.of("table", table.tableName()),
        row -> new Column(row.getString("column_name"), row.getString("data_type")));
  }

  private long copy(EventTable table, Format format, Path file) {
    String selected =
        columns(table).stream()
            .map(column -> format == Format.CSV ? csvColumn(column) : parquetColumn(column))
            .collect(Collectors.joining(", "));
    String options =
        format == Format.CSV ? "FORMAT csv, HEADER" : "FORMAT parquet, COMPRESSION zstd";
    String sql =
        "COPY (SELECT %s FROM %s) TO %s (%s)"
            .formatted(selected, table.tableName(), EventStore.quoted(file), options);
    return readers.use(
        "export of " + table.tableName(),
        connection -> {
          try (Statement statement = connection.createStatement()) {
            return (long) statement.executeUpdate(sql);
          }
        });
  }

  private static String csvColumn(Column column) {
    if (column.type().equals("TIMESTAMP")) {
      return "strftime(%s, '%%Y-%%m-%%dT%%H:%%M:%%S.%%fZ') AS %s"
          .formatted(column.quoted(), column.quoted());
    }
    return column.isNested()
        ? "to_json(%s)::VARCHAR AS %s".formatted(column.quoted(), column.quoted())
        : column.quoted();
  }

  private static String parquetColumn(Column column) {
    return column.type().equals("TIMESTAMP")
        ? "%s AT TIME ZONE 'UTC' AS %s".formatted(column.quoted(), column.quoted())
        : column.quoted();
  }

  private long writeLines(EventTable table, OutputStream out) {
    List<Column> columns = columns(table);
    try (JsonGenerator json = JSON.createGenerator(out)) {
      json.disable(JsonGenerator.Feature.AUTO_CLOSE_TARGET);
      json.setRootValueSeparator(null);
      long end = rowIdEnd(table);
      long rows = 0;
      // By chunks of row numbers, so that neither a large table nor a slow reader holds memory or
      // a connection.
      for (long first = 0; first < end; first += CHUNK_ROWS) {
        for (List<@Nullable Object> row : chunk(table, columns, first)) {
          writeLine(columns, row, json);
          rows++;
        }
      }
      return rows;
    } catch (IOException e) {
      throw failed(table, e);
    }
  }

  private long rowIdEnd(EventTable table) {
    return readers.use(
        "export of " + table.tableName(),
        connection -> {
          try (Statement statement = connection.createStatement();
              ResultSet row =
                  statement.executeQuery(
                      "SELECT coalesce(max(rowid) + 1, 0) FROM " + table.tableName())) {
            row.next();
            return row.getLong(1);
          }
        });
  }

  private List<List<@Nullable Object>> chunk(EventTable table, List<Column> columns, long first) {
    String sql =
        "SELECT %s FROM %s WHERE rowid >= ? AND rowid < ? ORDER BY rowid"
            .formatted(
                columns.stream().map(Column::quoted).collect(Collectors.joining(", ")),
                table.tableName());
    return readers.use(
        "export of " + table.tableName(),
        connection -> readChunk(connection, sql, columns.size(), first));
  }

  private static List<List<@Nullable Object>> readChunk(
      Connection connection, String sql, int width, long first) throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(sql)) {
      statement.setLong(1, first);
      statement.setLong(2, first + CHUNK_ROWS);
      try (ResultSet rows = statement.executeQuery()) {
        List<List<@Nullable Object>> chunk = new ArrayList<>();
        while (rows.next()) {
          List<@Nullable Object> values = new ArrayList<>(width);
          for (int i = 1; i <= width; i++) {
            values.add(plain(rows, i));
          }
          chunk.add(values);
        }
        return chunk;
      }
    }
  }

  private static @Nullable Object plain(ResultSet row, int column) throws SQLException {
    Object value = row.getObject(column);
    return switch (value) {
      case null -> null;
      case java.sql.Timestamp time -> Rows.instant(row, column);
      case Array array -> java.util.Arrays.asList((Object[]) array.getArray());
      default -> value;
    };
  }

  private static void writeLine(
      List<Column> columns, List<@Nullable Object> row, JsonGenerator json) throws IOException {
    json.writeStartObject();
    for (int i = 0; i < columns.size(); i++) {
      json.writeFieldName(columns.get(i).name());
      writeValue(row.get(i), json);
    }
    json.writeEndObject();
    json.writeRaw('\n');
  }

  private static void writeValue(@Nullable Object value, JsonGenerator json) throws IOException {
    switch (value) {
      case null -> json.writeNull();
      case Boolean flag -> json.writeBoolean(flag);
      case Integer number -> json.writeNumber(number);
      case Long number -> json.writeNumber(number);
      case Double number -> json.writeNumber(number);
      case Instant time ->
          json.writeString(time(time));
      case Collection<?> items -> {
        json.writeStartArray();
        for (Object item : items) {
          writeValue(item, json);
        }
        json.writeEndArray();
      }
      case Map<?, ?> map -> {
        json.writeStartObject();
        for (Map.Entry<?, ?> entry : map.entrySet()) {
          json.writeFieldName((String) entry.getKey());
          writeValue(entry.getValue(), json);
        }
        json.writeEndObject();
      }
      default -> json.writeString(value.toString());
    }
  }

  /** A time as the files have it. */
  static String time(Instant time) {
    return TIME.format(LocalDateTime.ofInstant(time, ZoneOffset.UTC));
  }

  private static UncheckedIOException failed(EventTable table, IOException e) {
    return new UncheckedIOException(
        "the export of %s could not be written: %s".formatted(table.tableName(), e.getMessage()),
        e);
  }

  private static void deleteQuietly(Path file) {
    try {
      Files.deleteIfExists(file);
    } catch (IOException e) {
      // Swept when the store is opened next.
    }
  }
}
