package dev.pointsman.eventlog;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The columns of one stored object, asked by name and type. Whatever is missing or of another type
 * is an {@link EventDecodeException} that names the column, never its value.
 */
final class EventFields {

  private static final long FIRST_MICROS = -62_135_596_800_000_000L;
  private static final long LAST_MICROS = 253_402_300_799_999_999L;

  private final String path;
  private final Map<String, Object> values;

  private EventFields(String path, Map<String, Object> values) {
    this.path = path;
    this.values = values;
  }

  /** Reads the object that the parser has just entered, up to its end. */
  static EventFields parse(JsonParser json, String path) throws IOException {
    Map<String, Object> values = HashMap.newHashMap(64);
    readObject(json, path, values);
    return new EventFields(path, values);
  }

  private static void readObject(JsonParser json, String path, Map<String, Object> into)
      throws IOException {
    while (json.nextToken() == JsonToken.FIELD_NAME) {
      String name = json.currentName();
      json.nextToken();
      Object value = value(json, path, name);
      if (value != null) {
        into.put(name, value);
      }
    }
  }

  private static @Nullable Object value(JsonParser json, String path, String name)
      throws IOException {
    return switch (json.currentToken()) {
      case VALUE_STRING -> json.getText();
      // Numbers beyond a long are nobody's: the parser refuses them.
      case VALUE_NUMBER_INT -> json.getLongValue();
      case VALUE_NUMBER_FLOAT -> json.getDoubleValue();
      case VALUE_TRUE -> true;
      case VALUE_FALSE -> false;
      case VALUE_EMBEDDED_OBJECT -> json.getBinaryValue();
      case VALUE_NULL -> null;
      case START_OBJECT -> {
        // Insertion order: a map of tags comes back as it was.
        Map<String, Object> object = new LinkedHashMap<>();
        readObject(json, path + name + ".", object);
        yield object;
      }
      case START_ARRAY -> {
        List<Object> array = new ArrayList<>();
        while (json.nextToken() != JsonToken.END_ARRAY) {
          Object element = value(json, path, name);
          if (element == null) {
            throw new EventDecodeException("%s%s has a null inside".formatted(path, name));
          }
          array.add(element);
        }
        yield array;
      }
      default -> throw new EventDecodeException("%s%s ends before its value".formatted(path, name));
    };
  }

  boolean has(String column) {
    return values.containsKey(column);
  }

  @Nullable String textOrNull(String column) {
    return cast(column, values.get(column), String.class);
  }

  String text(String column) {
    return present(column, textOrNull(column));
  }

  @Nullable Long wholeOrNull(String column) {
    return cast(column, values.get(column), Long.class);
  }

  long whole(String column) {
    return present(column, wholeOrNull(column));
  }

  int integer(String column) {
    long whole = whole(column);
    if (whole != (int) whole) {
      throw wrong(column, "out of range");
    }
    return (int) whole;
  }

  @Nullable Integer integerOrNull(String column) {
    return has(column) ? Integer.valueOf(integer(column)) : null;
  }

  @Nullable Double realOrNull(String column) {
    Object value = values.get(column);
    return value == null ? null : toReal(column, value);
  }

  double real(String column) {
    return present(column, realOrNull(column));
  }

  @Nullable Boolean flagOrNull(String column) {
    return cast(column, values.get(column), Boolean.class);
  }

  boolean flag(String column) {
    return present(column, flagOrNull(column));
  }

  /** An id, 16 bytes since version 2, text in version 1. */
  @Nullable UUID idOrNull(String column) {
    return switch (values.get(column)) {
      case null -> null;
      case byte[] bytes when bytes.length == 16 -> {
        ByteBuffer id = ByteBuffer.wrap(bytes);
        yield new UUID(id.getLong(), id.getLong());
      }
      case String text -> {
        try {
          yield UUID.fromString(text);
        } catch (IllegalArgumentException e) {
          throw wrong(column, "no UUID");
        }
      }
      default -> throw wrong(column, "no UUID");
    };
  }

  UUID id(String column) {
    return present(column, idOrNull(column));
  }

  Instant time(String column) {
    long micros = whole(column);
    if (micros < FIRST_MICROS || micros > LAST_MICROS) {
      throw wrong(column, "outside the years 1 to 9999");
    }
    return Instant.EPOCH.plus(micros, ChronoUnit.MICROS);
  }

  /** The constant whose label is stored. */
  <E extends Enum<E>> E constant(String column, E[] constants, Function<E, String> label) {
    String text = text(column);
    for (E constant : constants) {
      if (label.apply(constant).equals(text)) {
        return constant;
      }
    }
    throw wrong(column, "none of the known words");
  }

  double[] reals(String column) {
    List<?> array = array(column);
    double[] reals = new double[array.size()];
    for (int i = 0; i < reals.length; i++) {
      reals[i] = toReal(column, array.get(i));
    }
    return reals;
  }

  long[] wholes(String column) {
    List<?> array = array(column);
    long[] wholes = new long[array.size()];
    for (int i = 0; i < wholes.length; i++) {
      wholes[i] = cast(column, array.get(i), Long.class);
    }
    return wholes;
  }

  List<String> textList(String column) {
    List<?> array = array(column);
    List<String> texts = new ArrayList<>(array.size());
    for (Object element : array) {
      texts.add(cast(column, element, String.class));
    }
    return Collections.unmodifiableList(texts);
  }

  Map<String, String> texts(String column) {
    Map<String, String> texts = new LinkedHashMap<>();
    object(column).forEach((key, value) -> texts.put(key, cast(column, value, String.class)));
    return Collections.unmodifiableMap(texts);
  }

  Map<String, Double> shares(String column) {
    Map<String, Double> shares = new LinkedHashMap<>();
    object(column).forEach((key, value) -> shares.put(key, toReal(column, value)));
    return Collections.unmodifiableMap(shares);
  }

  EventFields fields(String column) {
    present(column, values.get(column));
    return new EventFields(path + column + ".", object(column));
  }

  List<EventFields> objects(String column) {
    List<EventFields> objects = new ArrayList<>();
    for (Object element : array(column)) {
      objects.add(new EventFields(path + column + ".", asObject(column, element)));
    }
    return objects;
  }

  private Map<String, Object> object(String column) {
    Object value = values.get(column);
    return value == null ? Map.of() : asObject(column, value);
  }

  private List<?> array(String column) {
    Object value = values.get(column);
    return value == null ? List.of() : cast(column, value, List.class);
  }

  /** Only {@link #readObject} makes the maps in here, and their keys are names. */
  @SuppressWarnings("unchecked")
  private Map<String, Object> asObject(String column, Object value) {
    return (Map<String, Object>) cast(column, value, Map.class);
  }

  private double toReal(String column, Object value) {
    return switch (value) {
      case Double real -> real;
      case Long whole -> whole.doubleValue();
      case String word when word.equals("NaN") -> Double.NaN;
      case String word when word.equals("Infinity") -> Double.POSITIVE_INFINITY;
      case String word when word.equals("-Infinity") -> Double.NEGATIVE_INFINITY;
      default -> throw wrong(column, "no number");
    };
  }

  private <T> T present(String column, @Nullable T value) {
    if (value == null) {
      throw wrong(column, "missing");
    }
    return value;
  }

  @SuppressWarnings("NullAway") // null in, null out; callers that hand in a value get a value
  private <T> T cast(String column, @Nullable Object value, Class<T> type) {
    if (value != null && !type.isInstance(value)) {
      throw wrong(column, "not of type " + type.getSimpleName());
    }
    return type.cast(value);
  }

  private EventDecodeException wrong(String column, String what) {
    return new EventDecodeException("%s%s is %s".formatted(path, column, what));
  }
}
