package dev.pointsman.chat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.pointsman.catalog.JsonSchema;
import dev.pointsman.chat.json.FieldException;
import dev.pointsman.chat.json.JsonFields;
import org.jspecify.annotations.Nullable;

/** Reads JSON schemas that callers send. */
public final class SchemaReading {

  private static final int MAX_DEPTH = 100;

  private SchemaReading() {}

  /** The schema in a field, null when absent. */
  public static @Nullable JsonSchema schema(JsonFields fields, String name) {
    JsonNode source = fields.any(name);
    if (source == null) {
      return null;
    }
    String path = fields.pathOf(name);
    checkDepth(source, path);
    try {
      return JsonSchema.of(source);
    } catch (IllegalArgumentException e) {
      throw new FieldException(path, "`%s`: %s".formatted(path, e.getMessage()));
    }
  }

  /** A schema of moderate depth, so that compiling it cannot exhaust the stack. */
  public static void checkDepth(JsonNode schema, String path) {
    if (deeper(schema, MAX_DEPTH)) {
      throw new FieldException(
          path, "`%s` is nested more than %d levels deep".formatted(path, MAX_DEPTH));
    }
  }

  private static boolean deeper(JsonNode value, int left) {
    if (!value.isContainerNode()) {
      return false;
    }
    if (left == 0) {
      return true;
    }
    for (JsonNode child : value) {
      if (deeper(child, left - 1)) {
        return true;
      }
    }
    return false;
  }
}
