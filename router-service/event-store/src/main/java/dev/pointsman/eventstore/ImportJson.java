package dev.pointsman.eventstore;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.io.JsonEOFException;
import java.io.IOException;
import java.io.StringWriter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A line of JSON as Java values: text, {@link Long}, {@link Real}, booleans, lists, and maps in their
 * order. Messages name the place and never quote.
 */
final class ImportJson {

  static final JsonFactory JSON =
      JsonFactory.builder()
          .disable(JsonFactory.Feature.INTERN_FIELD_NAMES)
          .disable(JsonFactory.Feature.CANONICALIZE_FIELD_NAMES)
          .streamReadConstraints(
              StreamReadConstraints.builder()
                  .maxNestingDepth(64)
                  .maxStringLength(Integer.MAX_VALUE)
                  .maxNameLength(Integer.MAX_VALUE)
                  .build())
          .build();

  private ImportJson() {}

  /** A number with a point or an exponent, or one beyond a long; it keeps every digit. */
  record Real(String digits) {
    double asDouble() {
      return Double.parseDouble(digits);
    }
  }

  static Map<String, @Nullable Object> object(byte[] line) throws UnreadableLineException {
    try (JsonParser json = JSON.createParser(line)) {
      if (json.nextToken() != JsonToken.START_OBJECT) {
        throw new UnreadableLineException("it is no JSON object");
      }
      Map<String, @Nullable Object> object = readObject(json);
      if (!isAtEnd(json)) {
        throw new UnreadableLineException("something follows the JSON object");
      }
      return object;
    } catch (JsonEOFException e) {
      throw new UnreadableLineException(
          "the JSON object is cut off after %d bytes".formatted(line.length));
    } catch (JsonProcessingException e) {
      // The message itself could quote the line.
      throw new UnreadableLineException(
          "it is broken JSON at or before byte %d"
              .formatted(e.getLocation() == null ? line.length : e.getLocation().getColumnNr()));
    } catch (IOException e) {
      throw new UnreadableLineException("it is broken JSON");
    }
  }

  private static boolean isAtEnd(JsonParser json) throws IOException {
    try {
      return json.nextToken() == null;
    } catch (JsonProcessingException e) {
      return false;
    }
  }

  private static Map<String, @Nullable Object> readObject(JsonParser json) throws IOException {
    Map<String, @Nullable Object> object = new LinkedHashMap<>();
    while (json.nextToken() == JsonToken.FIELD_NAME) {
      String name = json.currentName();
      json.nextToken();
      object.put(name, value(json));
    }
    return object;
  }

  private static @Nullable Object value(JsonParser json) throws IOException {
    return switch (json.currentToken()) {
      case VALUE_STRING -> json.getText();
      case VALUE_NUMBER_INT ->
          json.getNumberType() == JsonParser.NumberType.BIG_INTEGER
              ? new Real(json.getText())
              : (Object) json.getLongValue();
      case VALUE_NUMBER_FLOAT -> new Real(json.getText());
      case VALUE_TRUE -> true;
      case VALUE_FALSE -> false;
      case VALUE_NULL -> null;
      case START_OBJECT -> readObject(json);
      case START_ARRAY -> {
        List<@Nullable Object> array = new ArrayList<>();
        while (json.nextToken() != JsonToken.END_ARRAY) {
          array.add(value(json));
        }
        yield array;
      }
      default -> throw new IOException("no value");
    };
  }

  /** A value as compact JSON again. */
  static String text(@Nullable Object value) {
    StringWriter text = new StringWriter();
    try (var json = JSON.createGenerator(text)) {
      write(value, json);
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
    return text.toString();
  }

  private static void write(@Nullable Object value, com.fasterxml.jackson.core.JsonGenerator json)
      throws IOException {
    switch (value) {
      case null -> json.writeNull();
      case String text -> json.writeString(text);
      case Long number -> json.writeNumber(number);
      case Real number -> json.writeNumber(number.digits());
      case Boolean flag -> json.writeBoolean(flag);
      case List<?> list -> {
        json.writeStartArray();
        for (Object item : list) {
          write(item, json);
        }
        json.writeEndArray();
      }
      case Map<?, ?> map -> {
        json.writeStartObject();
        for (Map.Entry<?, ?> entry : map.entrySet()) {
          json.writeFieldName((String) entry.getKey());
          write(entry.getValue(), json);
        }
        json.writeEndObject();
      }
      default -> throw new IllegalArgumentException("no JSON value: " + value.getClass());
    }
  }
}
