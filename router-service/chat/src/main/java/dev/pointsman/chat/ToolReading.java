package dev.pointsman.chat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.pointsman.chat.json.FieldException;
import dev.pointsman.chat.json.JsonFields;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Reads what a native request or a datapoint says about tools. */
public final class ToolReading {

  private ToolReading() {}

  /**
   * The fields {@code allowed_tools}, {@code additional_tools}, {@code tool_choice} and {@code
   * parallel_tool_calls}.
   */
  public static ToolOptions options(JsonFields fields) {
    List<String> allowed = fields.texts("allowed_tools");
    List<ToolSpec> additional = new ArrayList<>();
    List<JsonNode> given = fields.list("additional_tools");
    for (int i = 0; i < given.size(); i++) {
      additional.add(
          tool(JsonFields.of(fields.pathOf("additional_tools[%d]".formatted(i)), given.get(i))));
    }
    return new ToolOptions(
        allowed, additional, choice(fields, "tool_choice"), fields.flag("parallel_tool_calls"));
  }

  private static ToolSpec tool(JsonFields tool) {
    String type = tool.text("type");
    if (type != null && !type.equals("function")) {
      throw new FieldException(
          tool.pathOf("type"), "`%s`: only functions are supported".formatted(tool.pathOf("type")));
    }
    JsonNode parameters = tool.required("parameters");
    SchemaReading.checkDepth(parameters, tool.pathOf("parameters"));
    ToolSpec spec =
        new ToolSpec(
            tool.requiredText("name"), tool.text("description"), parameters, tool.flag("strict"));
    tool.rejectOthers();
    return spec;
  }

  /** A tool choice in TensorZero's shape, null when absent. */
  public static @Nullable ToolChoice choice(JsonFields fields, String name) {
    JsonNode value = fields.any(name);
    if (value == null) {
      return null;
    }
    if (value.isTextual()) {
      return switch (value.textValue()) {
        case "none" -> new ToolChoice.None();
        case "auto" -> new ToolChoice.Auto();
        case "required" -> new ToolChoice.Required();
        default -> throw unknownChoice(fields, name);
      };
    }
    if (value.isObject() && value.path("specific").isTextual() && value.size() == 1) {
      return new ToolChoice.Specific(value.path("specific").textValue());
    }
    throw unknownChoice(fields, name);
  }

  private static FieldException unknownChoice(JsonFields fields, String name) {
    return new FieldException(
        fields.pathOf(name),
        "`%s` must be none, auto, required or {\"specific\": name}".formatted(fields.pathOf(name)));
  }
}
