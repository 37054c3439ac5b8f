package dev.pointsman.eventstore;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.OutputStream;
import java.io.OutputStreamWriter;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.LongConsumer;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Tables as files for other programs, by the column names of the contract; the embedded store keeps
 * the order of arrival. Times are ISO 8601 in UTC with microseconds (in Parquet: its own UTC
 * timestamp); numbers keep all their bits; lists and maps are JSON, in CSV as text. In CSV nothing
 * is null and {@code ""} is empty text.
 */
public final class TableExport {

  private static final DateTimeFormatter TIME =
      DateTimeFormatter.ofPattern("yyyy-MM-dd'T'HH:mm:ss.SSSSSS'Z'", Locale.ROOT);
  static final JsonFactory JSON =
      JsonFactory.builder().disable(JsonFactory.Feature.INTERN_FIELD_NAMES).build();

  private static final int ROWS_TOLD = 1_000;

  private final Engine engine;

  TableExport(Engine engine) {
    this.engine = engine;
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

  /** Names of everything that can be written: the tables of events and the views over them. */
  public static List<String> names() {
    return Stream.concat(
            Arrays.stream(EventTable.values()).map(EventTable::tableName),
            Arrays.stream(EventView.values()).map(EventView::viewName))
        .toList();
  }

  /**
   * Writes what has a name to a stream, which stays open. Lines are written as they are read.
   *
   * @param name one of {@link #names}
   * @param progress is told how many rows were written, every thousand
   * @return rows written
   * @throws IllegalArgumentException if nothing has that name; the message lists what there is
   */
  public long write(String name, Format format, OutputStream out, LongConsumer progress) {
    for (EventView view : EventView.values()) {
      if (view.viewName().equals(name)) {
        return write(source(view), format, out, progress);
      }
    }
    for (EventTable table : EventTable.values()) {
      if (table.tableName().equals(name)) {
        return write(source(table), format, out, progress);
      }
    }
    throw new IllegalArgumentException(
        "there is no table '%s'; tables and views are %s"
            .formatted(name, String.join(", ", names())));
  }

  /** How many rows what has a name holds now. */
  public long count(String name) {
    if (!names().contains(name)) {
      return 0;
    }
    long[] counted = {0};
    engine
        .readers()
        .each(
            "table_count",
            Map.of("table", name),
            Map.of(),
            row -> counted[0] = row.getLong("counted"));
    return counted[0];
  }

  /**
   * Writes a table to a stream, which stays open.
   *
   * @return rows written
   */
  public long write(EventTable table, Format format, OutputStream out) {
    return write(source(table), format, out, written -> {});
  }

  /**
   * Writes a table to a file, replacing it.
   *
   * @return rows written
   */
  public long write(EventTable table, Format format, Path file) {
    try (OutputStream out = Files.newOutputStream(file)) {
      return write(table, format, out);
    } catch (IOException e) {
      throw failed(table.tableName(), e);
    }
  }

  /**
   * What is written.
   *
   * @param scan hands over every row
   */
  private record Source(TableShape shape, Consumer<Engine.RowTaker> scan) {}

  private Source source(EventTable table) {
    return new Source(table.shape(), taker -> engine.scan(table, taker));
  }

  private Source source(EventView view) {
    return new Source(view.shape(), taker -> scan(view, taker));
  }

  /** By steps of time, in its order: a view has no row numbers. */
  private void scan(EventView view, Engine.RowTaker taker) {
    Map<String, String> names = new HashMap<>();
    names.put("table", view.viewName());
    names.put("time", quoted(view.timeColumn()));
    names.put("key", quoted(view.keyColumn()));
    names.put(
        "columns",
        view.shape().columnNames().stream()
            .map(TableExport::quoted)
            .collect(Collectors.joining(", ")));
    List<Instant> range = new ArrayList<>();
    engine
        .readers()
        .each(
            "view_range",
            names,
            Map.of(),
            row -> {
              Instant first = Rows.instantOrNull(row, "first_at");
              Instant last = Rows.instantOrNull(row, "last_at");
              if (first != null && last != null) {
                range.add(first);
                range.add(last);
              }
            });
    if (range.isEmpty()) {
      return;
    }
    TimeSteps.walk(
        range.getFirst(),
        range.getLast(),
        (from, to) -> {
          List<List<@Nullable Object>> rows = new ArrayList<>();
          engine
              .readers()
              .each(
                  "view_chunk",
                  names,
                  Map.of("from", from, "to", to),
                  row -> rows.add(Rows.values(row, view.shape().columns())));
          for (List<@Nullable Object> row : rows) {
            taker.take(row);
          }
          return rows.size();
        });
  }

  private static String quoted(String column) {
    return '"' + column + '"';
  }

  private long write(Source source, Format format, OutputStream out, LongConsumer progress) {
    try {
      return switch (format) {
        case JSONL -> writeJsonLines(source, out, progress);
        case CSV -> writeCsv(source, out, progress);
        case PARQUET -> engine.writeParquet(source.shape(), out);
      };
    } catch (IOException e) {
      throw failed(source.shape().name(), e);
    }
  }

  /** Writes one row. */
  @FunctionalInterface
  private interface RowWriter {
    void write(List<@Nullable Object> values) throws IOException;
  }

  /** Writes every row; returns how many. */
  private static long each(Source source, LongConsumer progress, RowWriter writer)
      throws IOException {
    long[] rows = {0};
    Engine.RowTaker taker =
        values -> {
          try {
            writer.write(values);
            if (++rows[0] % ROWS_TOLD == 0) {
              progress.accept(rows[0]);
            }
          } catch (IOException e) {
            throw new UncheckedIOException(e);
          }
        };
    try {
      source.scan().accept(taker);
      return rows[0];
    } catch (UncheckedIOException e) {
      throw e.getCause();
    }
  }

  private static long writeJsonLines(Source source, OutputStream out, LongConsumer progress)
      throws IOException {
    List<Column> columns = source.shape().columns();
    try (JsonGenerator json = JSON.createGenerator(out)) {
      json.disable(JsonGenerator.Feature.AUTO_CLOSE_TARGET);
      json.setRootValueSeparator(null);
      return each(
          source,
          progress,
          values -> {
            json.writeStartObject();
            for (int i = 0; i < columns.size(); i++) {
              json.writeFieldName(columns.get(i).name());
              writeValue(values.get(i), json);
            }
            json.writeEndObject();
            json.writeRaw('\n');
          });
    }
  }

  private static long writeCsv(Source source, OutputStream out, LongConsumer progress)
      throws IOException {
    Writer text = new BufferedWriter(new OutputStreamWriter(out, StandardCharsets.UTF_8));
    text.write(String.join(",", source.shape().columnNames()));
    text.write('\n');
    long rows =
        each(
            source,
            progress,
            values -> {
              for (int i = 0; i < values.size(); i++) {
                if (i > 0) {
                  text.write(',');
                }
                writeField(values.get(i), text);
              }
              text.write('\n');
            });
    text.flush();
    return rows;
  }

  private static void writeField(@Nullable Object value, Writer text) throws IOException {
    switch (value) {
      case null -> {}
      case Boolean flag -> text.write(flag.toString());
      case BigDecimal dollars -> text.write(dollars.toPlainString());
      case Number number -> text.write(number.toString());
      case Instant time -> text.write(written(time));
      case Collection<?> items -> writeQuoted(jsonText(items), text);
      case Map<?, ?> map -> writeQuoted(jsonText(map), text);
      default -> {
        String word = value.toString();
        if (word.isEmpty() || word.chars().anyMatch(TableExport::needsQuotes)) {
          writeQuoted(word, text);
        } else {
          text.write(word);
        }
      }
    }
  }

  private static boolean needsQuotes(int c) {
    return c == ',' || c == '"' || c == '\n' || c == '\r';
  }

  private static void writeQuoted(String word, Writer text) throws IOException {
    text.write('"');
    text.write(word.replace("\"", "\"\""));
    text.write('"');
  }

  private static String jsonText(Object nested) throws IOException {
    StringWriter text = new StringWriter();
    try (JsonGenerator json = JSON.createGenerator(text)) {
      writeValue(nested, json);
    }
    return text.toString();
  }

  private static void writeValue(@Nullable Object value, JsonGenerator json) throws IOException {
    switch (value) {
      case null -> json.writeNull();
      case Boolean flag -> json.writeBoolean(flag);
      case Integer number -> json.writeNumber(number);
      case Long number -> json.writeNumber(number);
      case Double number -> json.writeNumber(number);
      case BigDecimal dollars -> json.writeNumber(dollars.toPlainString());
      case Instant time -> json.writeString(written(time));
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
  static String written(Instant time) {
    return TIME.format(LocalDateTime.ofInstant(time, ZoneOffset.UTC));
  }

  private static UncheckedIOException failed(String name, IOException e) {
    return new UncheckedIOException(
        "the export of %s could not be written: %s".formatted(name, e.getMessage()), e);
  }
}
