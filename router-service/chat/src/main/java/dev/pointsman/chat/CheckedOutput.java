package dev.pointsman.chat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.pointsman.catalog.JsonSchema;
import dev.pointsman.chat.json.Json;
import dev.pointsman.chat.json.MalformedJsonException;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Outputs with what a schema makes of them. Text that fails its schema is no error: it is kept raw,
 * and its parsed form is null.
 */
public final class CheckedOutput {

  private CheckedOutput() {}

  /** The value in a text, null when it is no JSON or fails the schema; no schema allows any. */
  public static @Nullable JsonNode parsed(@Nullable String raw, @Nullable JsonSchema schema) {
    if (raw == null) {
      return null;
    }
    try {
      JsonNode value = Json.parse(raw);
      return schema == null || schema.violations(value).isEmpty() ? value : null;
    } catch (MalformedJsonException e) {
      return null;
    }
  }

  /** A json function's output, with both forms always there. */
  public static ObjectNode json(@Nullable String raw, @Nullable JsonSchema schema) {
    ObjectNode output = Json.object().put("raw", raw);
    output.set("parsed", parsed(raw, schema));
    return output;
  }

  /**
   * A tool call; its name is null when no such tool is offered, its arguments when they fail the
   * tool's schema.
   *
   * @param tools the schema of each offered tool's arguments, by name
   */
  public static ObjectNode toolCall(
      String id, String rawName, String rawArguments, Map<String, JsonSchema> tools) {
    JsonSchema schema = tools.get(rawName);
    ObjectNode call = Json.object().put("type", "tool_call").put("id", id);
    call.put("raw_name", rawName).put("raw_arguments", rawArguments);
    call.put("name", schema == null ? null : rawName);
    call.set("arguments", schema == null ? null : parsed(rawArguments, schema));
    return call;
  }
}
