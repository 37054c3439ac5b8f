package dev.pointsman.routing;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadFeature;
import java.io.IOException;
import java.time.DateTimeException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Reads a JSON text that must be exactly what was expected: no unknown, missing or double field, no
 * value of another type, nothing after the end.
 */
final class StrictJson {

  static final JsonFactory FACTORY =
      JsonFactory.builder().enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION).build();

  private final String what;
  private final JsonParser parser;

  private StrictJson(String what, JsonParser parser) {
    this.what = what;
    this.parser = parser;
  }

  /** Reads a value, positioned on its first token. */
  interface ValueReader<T> {
    T read(StrictJson json) throws IOException;
  }

  /** Reads the field of a name, positioned on its value; refuses unknown names. */
  interface FieldReader {
    void read(String name) throws IOException;
  }

  /**
   * Reads a whole text.
   *
   * @param what what the text is, for messages
   * @throws MalformedPolicyException if it is anything else
   */
  static <T> T read(String what, String text, ValueReader<T> reader) {
    try (JsonParser parser = FACTORY.createParser(text)) {
      StrictJson json = new StrictJson(what, parser);
      parser.nextToken();
      T result = reader.read(json);
      if (parser.nextToken() != null) {
        throw json.malformed("something follows the end");
      }
      return result;
    } catch (IOException e) {
      throw new MalformedPolicyException(what + ": not readable: " + e.getMessage(), e);
    }
  }

  MalformedPolicyException malformed(String problem) {
    return new MalformedPolicyException(
        "%s: %s (line %d, column %d)"
            .formatted(
                what,
                problem,
                parser.currentLocation().getLineNr(),
                parser.currentLocation().getColumnNr()),
        null);
  }

  MalformedPolicyException unknown(String name) {
    return malformed("unknown field \"%s\"".formatted(name));
  }

  <T> T required(@Nullable T value, String name) {
    if (value == null) {
      throw malformed("the field \"%s\" is missing".formatted(name));
    }
    return value;
  }

  void object(FieldReader fields) throws IOException {
    expect(JsonToken.START_OBJECT, "an object");
    while (parser.nextToken() == JsonToken.FIELD_NAME) {
      String name = parser.currentName();
      parser.nextToken();
      fields.read(name);
    }
  }

  <T> List<T> list(ValueReader<T> element) throws IOException {
    expect(JsonToken.START_ARRAY, "an array");
    List<T> result = new ArrayList<>();
    while (parser.nextToken() != JsonToken.END_ARRAY) {
      result.add(element.read(this));
    }
    return result;
  }

  <T> Map<String, T> map(ValueReader<T> value) throws IOException {
    Map<String, T> result = new TreeMap<>();
    object(name -> result.put(name, value.read(this)));
    return result;
  }

  /** An array of fixed parts: opens it; each part starts with {@link #next}. */
  void openArray() throws IOException {
    expect(JsonToken.START_ARRAY, "an array");
  }

  StrictJson next() throws IOException {
    parser.nextToken();
    return this;
  }

  void closeArray() throws IOException {
    parser.nextToken();
    expect(JsonToken.END_ARRAY, "the end of the array");
  }

  boolean isNull() {
    return parser.currentToken() == JsonToken.VALUE_NULL;
  }

  String string() throws IOException {
    expect(JsonToken.VALUE_STRING, "a string");
    return parser.getText();
  }

  boolean bool() throws IOException {
    if (parser.currentToken() != JsonToken.VALUE_TRUE) {
      expect(JsonToken.VALUE_FALSE, "true or false");
    }
    return parser.getBooleanValue();
  }

  /** A whole number from 0. */
  long count() throws IOException {
    long result = whole();
    if (result < 0) {
      throw malformed("a number from 0 is expected, but was " + result);
    }
    return result;
  }

  long whole() throws IOException {
    expect(JsonToken.VALUE_NUMBER_INT, "a whole number");
    return parser.getLongValue();
  }

  double number() throws IOException {
    if (parser.currentToken() != JsonToken.VALUE_NUMBER_INT) {
      expect(JsonToken.VALUE_NUMBER_FLOAT, "a number");
    }
    double result = parser.getDoubleValue();
    if (!Double.isFinite(result)) {
      throw malformed("a finite number is expected");
    }
    return result;
  }

  @Nullable Double nullableNumber() throws IOException {
    return isNull() ? null : (Double) number();
  }

  /** A string in a format of {@code java.time}. */
  <T> T time(Function<String, T> format) throws IOException {
    String text = string();
    try {
      return format.apply(text);
    } catch (DateTimeException | ArithmeticException e) {
      throw malformed("not a time: \"%s\"".formatted(text));
    }
  }

  private void expect(JsonToken token, String description) {
    if (parser.currentToken() != token) {
      throw malformed("%s is expected".formatted(description));
    }
  }
}
