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
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Map;
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
  private static final JsonFactory JSON =
      JsonFactory.builder().disable(JsonFactory.Feature.INTERN_FIELD_NAMES).build();

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

  /**
   * Writes a table to a stream, which stays open. Lines are written as they are read.
   *
   * @return rows written
   */
  public long write(EventTable table, Format format, OutputStream out) {
    try {
      return switch (format) {
        case JSONL -> writeJsonLines(table, out);
        case CSV -> writeCsv(table, out);
        case PARQUET -> engine.writeParquet(table, out);
      };
    } catch (IOException e) {
      throw failed(table, e);
    }
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
      throw failed(table, e);
    }
  }

  /** Writes one row. */
  @FunctionalInterface
  private interface RowWriter {
    void write(List<@Nullable Object> values) throws IOException;
  }

  /** Writes every row of a table; returns how many. */
  private long each(EventTable table, RowWriter writer) throws IOException {
    long[] rows = {0};
    try {
      engine.scan(
          table,
          values -> {
            try {
              writer.write(values);
              rows[0]++;
            } catch (IOException e) {
              throw new UncheckedIOException(e);
            }
          });
      return rows[0];
    } catch (UncheckedIOException e) {
      throw e.getCause();
    }
  }

  private long writeJsonLines(EventTable table, OutputStream out) throws IOException {
    List<Column> columns = table.shape().columns();
    try (JsonGenerator json = JSON.createGenerator(out)) {
      json.disable(JsonGenerator.Feature.AUTO_CLOSE_TARGET);
      json.setRootValueSeparator(null);
      return each(
          table,
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

  private long writeCsv(EventTable table, OutputStream out) throws IOException {
    Writer text = new BufferedWriter(new OutputStreamWriter(out, StandardCharsets.UTF_8));
    text.write(String.join(",", table.shape().columnNames()));
    text.write('\n');
    long rows =
        each(
            table,
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

  private static String written(Instant time) {
    return TIME.format(LocalDateTime.ofInstant(time, ZoneOffset.UTC));
  }

  private static UncheckedIOException failed(EventTable table, IOException e) {
    return new UncheckedIOException(
        "the export of %s could not be written: %s".formatted(table.tableName(), e.getMessage()),
        e);
  }
}
