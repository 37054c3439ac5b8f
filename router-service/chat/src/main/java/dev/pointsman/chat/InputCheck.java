package dev.pointsman.chat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.pointsman.catalog.FunctionDefinition;
import dev.pointsman.catalog.JsonSchema;
import dev.pointsman.chat.json.FieldException;
import dev.pointsman.chat.json.Json;
import java.util.List;

/** Checks an input against a function's schemas. */
public final class InputCheck {

  private InputCheck() {}

  /**
   * Checks every part that a schema describes.
   *
   * @param path where the input is, for example {@code input}
   * @throws FieldException naming the part that fails
   */
  public static void check(FunctionDefinition function, ChatInput input, String path) {
    JsonNode system = input.system();
    String systemPath = path + ".system";
    if (system != null) {
      checkArguments(function, "system", system, systemPath);
    } else if (function.schemas().containsKey("system")) {
      throw new FieldException(
          systemPath,
          "`%s` is missing: functions.%s has a system schema"
              .formatted(systemPath, function.name()));
    }
    for (int m = 0; m < input.messages().size(); m++) {
      InputMessage message = input.messages().get(m);
      for (int b = 0; b < message.content().size(); b++) {
        // A path is only written where something is checked: most inputs are plain text.
        switch (message.content().get(b)) {
          case ContentBlock.Text text -> {
            String role = message.role().label();
            if (function.schemas().containsKey(role)) {
              checkArguments(
                  function, role, Json.object().textNode(text.text()), block(path, m, b));
            }
          }
          case ContentBlock.TemplateUse use ->
              checkArguments(function, use.name(), use.arguments(), block(path, m, b));
          default -> {}
        }
      }
    }
  }

  private static String block(String input, int message, int block) {
    return "%s.messages[%d].content[%d]".formatted(input, message, block);
  }

  private static void checkArguments(
      FunctionDefinition function, String name, JsonNode value, String path) {
    JsonSchema schema = function.schemas().get(name);
    if (schema == null) {
      if (value.isObject()) {
        throw new FieldException(
            path,
            "`%s` holds template arguments, but functions.%s has no schema %s: send text"
                .formatted(path, function.name(), name));
      }
      return;
    }
    List<String> violations = schema.violations(value);
    if (!violations.isEmpty()) {
      throw new FieldException(
          path,
          "JSON Schema validation failed for `%s` (schema %s of functions.%s): %s"
              .formatted(path, name, function.name(), String.join("; ", violations)));
    }
  }
}
