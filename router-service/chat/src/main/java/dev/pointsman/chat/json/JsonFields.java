package dev.pointsman.chat.json;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.pointsman.catalog.NearestName;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * One JSON object being read field by field. A JSON null counts as absent. Every method throws {@link
 * FieldException} with the field's path when the value has another type; {@link #rejectOthers} then
 * refuses the fields that nobody asked for.
 */
public final class JsonFields {

  private static final Pattern UUID_TEXT =
      Pattern.compile("[0-9a-fA-F]{8}-([0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}");

  private final String path;
  private final ObjectNode object;

  /** The names that were asked for, there or not; nobody reads them before an error lists them. */
  private final List<String> known;

  /** Those of them that are there. */
  private final List<String> read = new ArrayList<>(4);

  /** The bits of the names that are there; a name whose bit is missing is absent. */
  private final long present;

  private JsonFields(String path, ObjectNode object) {
    this.path = path;
    this.object = object;
    // The body of a chat is asked for sixty names and has six of them; a message is asked for
    // three.
    boolean body = path.isEmpty();
    this.known = new ArrayList<>(body ? 64 : 4);
    this.present = body ? bits(object) : -1;
  }

  private static long bits(ObjectNode object) {
    long bits = 0;
    for (var names = object.fieldNames(); names.hasNext(); ) {
      bits |= bit(names.next());
    }
    return bits;
  }

  private static long bit(String name) {
    return 1L << name.hashCode();
  }

  /**
   * The fields of a value that must be an object.
   *
   * @param path the value's place, empty for the body itself
   */
  public static JsonFields of(String path, JsonNode value) {
    if (value instanceof ObjectNode object) {
      return new JsonFields(path, object);
    }
    throw new FieldException(
        path,
        "%s must be a JSON object, but is %s"
            .formatted(path.isEmpty() ? "the body" : "`" + path + "`", kind(value)));
  }

  /** The object itself. */
  public ObjectNode node() {
    return object;
  }

  /** The path of a field of this object. */
  public String pathOf(String name) {
    return path.isEmpty() ? name : path + "." + name;
  }

  /** Where this object is. */
  public String path() {
    return path;
  }

  /** The value as it is, null when absent. */
  public @Nullable JsonNode any(String name) {
    JsonNode value = find(name);
    return value == null || value.isNull() ? null : value;
  }

  private @Nullable JsonNode find(String name) {
    known.add(name);
    JsonNode value = (present & bit(name)) == 0 ? null : object.get(name);
    if (value != null) {
      read.add(name);
    }
    return value;
  }

  /** Whether the field is there and not null. */
  public boolean has(String name) {
    return any(name) != null;
  }

  /** The value as it is; missing is an error. */
  public JsonNode required(String name) {
    JsonNode value = any(name);
    if (value == null) {
      throw missing(name);
    }
    return value;
  }

  /** A string, null when absent. */
  public @Nullable String text(String name) {
    JsonNode value = any(name);
    if (value == null) {
      return null;
    }
    if (!value.isTextual()) {
      throw wrongType(name, "a string", value);
    }
    return value.textValue();
  }

  /** A string; missing is an error. */
  public String requiredText(String name) {
    String value = text(name);
    if (value == null) {
      throw missing(name);
    }
    return value;
  }

  /** A UUID, null when absent. */
  public @Nullable UUID uuid(String name) {
    String value = text(name);
    return value == null ? null : uuid(pathOf(name), value);
  }

  /** The UUIDs of an array; missing is an error. */
  public List<UUID> requiredUuids(String name) {
    required(name);
    List<String> texts = texts(name);
    List<UUID> result = new ArrayList<>();
    for (String text : texts == null ? List.<String>of() : texts) {
      result.add(uuid(pathOf(name) + "[" + result.size() + "]", text));
    }
    return result;
  }

  private static UUID uuid(String path, String text) {
    if (!UUID_TEXT.matcher(text).matches()) {
      throw new FieldException(
          path, "`%s` must be a UUID, but is `%s`".formatted(path, shortened(text)));
    }
    return UUID.fromString(text);
  }

  /** Whether the field is there, even as null. */
  public boolean isGiven(String name) {
    return find(name) != null;
  }

  /** A boolean, the default when absent. */
  public boolean flag(String name, boolean otherwise) {
    Boolean value = flag(name);
    return value == null ? otherwise : value;
  }

  /** A boolean, null when absent. */
  public @Nullable Boolean flag(String name) {
    JsonNode value = any(name);
    if (value == null) {
      return null;
    }
    if (!value.isBoolean()) {
      throw wrongType(name, "true or false", value);
    }
    return value.booleanValue();
  }

  /** A finite number, null when absent. */
  public @Nullable Double number(String name) {
    JsonNode value = any(name);
    if (value == null) {
      return null;
    }
    if (!value.isNumber()) {
      throw wrongType(name, "a number", value);
    }
    double number = value.doubleValue();
    if (!Double.isFinite(number)) {
      throw new FieldException(pathOf(name), "`%s` is out of range".formatted(pathOf(name)));
    }
    return number;
  }

  /** A whole number, null when absent. */
  public @Nullable Long whole(String name, long min, long max) {
    JsonNode value = any(name);
    if (value == null) {
      return null;
    }
    if (!value.isIntegralNumber()) {
      throw wrongType(name, "a whole number", value);
    }
    if (!value.canConvertToLong() || value.longValue() < min || value.longValue() > max) {
      throw new FieldException(
          pathOf(name), "`%s` must be %d to %d".formatted(pathOf(name), min, max));
    }
    return value.longValue();
  }

  /** An object, null when absent. */
  public @Nullable JsonFields fields(String name) {
    JsonNode value = any(name);
    return value == null ? null : of(pathOf(name), value);
  }

  /** The elements of an array, empty when absent. */
  public List<JsonNode> list(String name) {
    JsonNode value = any(name);
    if (value == null) {
      return List.of();
    }
    if (!value.isArray()) {
      throw wrongType(name, "an array", value);
    }
    List<JsonNode> result = new ArrayList<>(value.size());
    value.forEach(result::add);
    return result;
  }

  /** An array of strings, null when absent. */
  public @Nullable List<String> texts(String name) {
    if (any(name) == null) {
      return null;
    }
    List<String> result = new ArrayList<>();
    for (JsonNode element : list(name)) {
      if (!element.isTextual()) {
        throw wrongType(name + "[" + result.size() + "]", "a string", element);
      }
      result.add(element.textValue());
    }
    return List.copyOf(result);
  }

  /** An object whose values are strings, empty when absent. */
  public Map<String, String> textMap(String name) {
    JsonFields fields = fields(name);
    if (fields == null) {
      return Map.of();
    }
    Map<String, String> result = new LinkedHashMap<>();
    for (var field : fields.object.properties()) {
      if (!field.getValue().isTextual()) {
        throw fields.wrongType(field.getKey(), "a string", field.getValue());
      }
      result.put(field.getKey(), field.getValue().textValue());
    }
    return result;
  }

  /** One of a few strings, null when absent. */
  public @Nullable String oneOf(String name, String... allowed) {
    String value = text(name);
    if (value != null && !List.of(allowed).contains(value)) {
      throw new FieldException(
          pathOf(name),
          "`%s` must be one of %s, but is `%s`"
              .formatted(pathOf(name), String.join(", ", allowed), shortened(value)));
    }
    return value;
  }

  /** Refuses a field that is known but not supported yet, unless it is absent, null or empty. */
  public void unsupported(String name) {
    JsonNode value = any(name);
    if (value != null && !(value.isContainerNode() && value.isEmpty())) {
      throw new FieldException(
          pathOf(name), "`%s` is not supported yet: leave it out".formatted(pathOf(name)));
    }
  }

  /** Refuses the fields that were not asked for. */
  public void rejectOthers() {
    for (String name : unread()) {
      String meant = NearestName.of(name, known);
      throw new FieldException(
          pathOf(name),
          "unknown field `%s`%s: %s takes %s"
              .formatted(
                  shortened(pathOf(name)),
                  meant == null ? "" : " (did you mean `%s`?)".formatted(meant),
                  path.isEmpty() ? "the body" : "`" + path + "`",
                  String.join(", ", known.stream().distinct().sorted().toList())));
    }
  }

  /** The fields that were not asked for. */
  public List<String> unread() {
    List<String> result = new ArrayList<>();
    object.fieldNames().forEachRemaining(result::add);
    result.removeAll(read);
    return result;
  }

  /** The error of a missing field. */
  public FieldException missing(String name) {
    return new FieldException(
        pathOf(name),
        path.isEmpty()
            ? "missing field `%s`".formatted(name)
            : "missing field `%s` in `%s`".formatted(name, path));
  }

  /** The error of a value of another type. */
  public FieldException wrongType(String name, String expected, JsonNode value) {
    return new FieldException(
        pathOf(name),
        "`%s` must be %s, but is %s".formatted(shortened(pathOf(name)), expected, kind(value)));
  }

  /** An exact decimal, for money. */
  public static BigDecimal decimal(JsonNode number) {
    return number.decimalValue();
  }

  /** What a value is, in words. */
  public static String kind(JsonNode value) {
    return switch (value.getNodeType()) {
      case ARRAY -> "an array";
      case BOOLEAN -> "a boolean";
      case NULL -> "null";
      case NUMBER -> "a number";
      case OBJECT -> "an object";
      case STRING -> "a string";
      default -> "something else";
    };
  }

  private static String shortened(String text) {
    return text.length() <= 200 ? text : text.substring(0, 200) + "…";
  }
}
