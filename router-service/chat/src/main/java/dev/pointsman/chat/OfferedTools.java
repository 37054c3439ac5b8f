package dev.pointsman.chat;

import dev.pointsman.catalog.FunctionDefinition;
import dev.pointsman.catalog.JsonSchema;
import dev.pointsman.chat.json.FieldException;
import dev.pointsman.chat.json.Json;
import dev.pointsman.chat.json.MalformedJsonException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The tools of one request.
 *
 * @param specs what models are offered
 * @param schemas the schema of each tool's arguments, by name
 */
public record OfferedTools(
    List<ToolSpec> specs,
    Map<String, JsonSchema> schemas,
    ToolChoice choice,
    @Nullable Boolean parallel) {

  /** No tools. */
  public static final OfferedTools NONE =
      new OfferedTools(List.of(), Map.of(), new ToolChoice.Auto(), null);

  /**
   * The function's tools, changed by what the request says.
   *
   * @param configured the tool of a configuration key, null when there is none
   * @throws FieldException if it names a tool that is not there, or one twice
   */
  public static OfferedTools of(
      Function<String, @Nullable BoundTool> configured,
      FunctionDefinition function,
      ToolOptions options) {
    List<String> keys = options.allowed() == null ? function.tools() : options.allowed();
    if (keys.isEmpty() && options.additional().isEmpty()) {
      checkChoice(options.choice(), Map.of());
      return NONE;
    }
    List<ToolSpec> specs = new ArrayList<>();
    Map<String, JsonSchema> schemas = new HashMap<>();
    for (String key : keys) {
      BoundTool tool = configured.apply(key);
      if (tool == null) {
        throw new FieldException(
            "allowed_tools", "allowed_tools: there is no [tools.%s]".formatted(key));
      }
      add(specs, schemas, tool.spec(), tool.schema());
    }
    for (ToolSpec spec : options.additional()) {
      try {
        add(specs, schemas, spec, JsonSchema.of(spec.parameters()));
      } catch (IllegalArgumentException e) {
        throw new FieldException("tools", "tool %s: %s".formatted(spec.name(), e.getMessage()));
      }
    }
    ToolChoice choice = options.choice();
    checkChoice(choice, schemas);
    return new OfferedTools(
        specs,
        schemas,
        choice == null ? configuredChoice(function) : choice,
        options.parallel() == null ? function.parallelToolCalls() : options.parallel());
  }

  private static void add(
      List<ToolSpec> specs, Map<String, JsonSchema> schemas, ToolSpec spec, JsonSchema schema) {
    if (schemas.putIfAbsent(spec.name(), schema) != null) {
      throw new FieldException("tools", "tool %s is there twice".formatted(spec.name()));
    }
    specs.add(spec);
  }

  private static void checkChoice(@Nullable ToolChoice choice, Map<String, JsonSchema> schemas) {
    if (choice instanceof ToolChoice.Specific specific && !schemas.containsKey(specific.name())) {
      throw new FieldException(
          "tool_choice",
          "tool_choice names %s, which is not among the tools".formatted(specific.name()));
    }
    if (choice instanceof ToolChoice.Required && schemas.isEmpty()) {
      throw new FieldException("tool_choice", "tool_choice is required, but there are no tools");
    }
  }

  private static ToolChoice configuredChoice(FunctionDefinition function) {
    return switch (function.toolChoice()) {
      case "auto" -> new ToolChoice.Auto();
      case "none" -> new ToolChoice.None();
      case "required" -> new ToolChoice.Required();
      default -> new ToolChoice.Specific(specificName(function.toolChoice()));
    };
  }

  private static String specificName(String choice) {
    try {
      return Json.parse(choice).path("specific").asText();
    } catch (MalformedJsonException e) {
      throw new IllegalStateException("the catalog let an unknown tool_choice through: " + choice);
    }
  }
}
