package dev.pointsman.dashboard.datasets;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.pointsman.catalog.FunctionCatalog;
import dev.pointsman.catalog.FunctionDefinition;
import dev.pointsman.catalog.JsonSchema;
import dev.pointsman.catalog.NearestName;
import dev.pointsman.catalog.ToolDefinition;
import dev.pointsman.chat.BoundTool;
import dev.pointsman.chat.ChatInput;
import dev.pointsman.chat.CheckedOutput;
import dev.pointsman.chat.ContentReading;
import dev.pointsman.chat.InputCheck;
import dev.pointsman.chat.OfferedTools;
import dev.pointsman.chat.SchemaReading;
import dev.pointsman.chat.ToolReading;
import dev.pointsman.chat.json.FieldException;
import dev.pointsman.chat.json.Json;
import dev.pointsman.chat.json.JsonFields;
import dev.pointsman.chat.json.MalformedJsonException;
import dev.pointsman.control.Datapoint;
import dev.pointsman.dashboard.query.FilterReading;
import dev.pointsman.dashboard.query.QueryRefusedException;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Reads datapoints and changes of them, and checks them against their function: inputs must satisfy
 * its schemas; outputs need not, since a dataset may hold what a model got wrong.
 */
final class DatapointRequests {

  private static final int MAX_TEXT = 8 << 20;
  private static final int MAX_NAME = 512;
  private static final int MAX_TAGS = 100;
  private static final int MAX_TAG_KEY = 512;
  private static final int MAX_TAG_VALUE = 4_096;
  private static final List<String> TOOL_FIELDS =
      List.of("allowed_tools", "additional_tools", "tool_choice", "parallel_tool_calls");

  private final FunctionCatalog catalog;
  private final String dataset;
  private final Instant now;

  DatapointRequests(FunctionCatalog catalog, String dataset, Instant now) {
    this.catalog = catalog;
    this.dataset = dataset;
    this.now = now;
  }

  // ---- new ones --------------------------------------------------------------------------------

  /** The datapoint that a request describes. */
  Datapoint create(UUID id, JsonFields fields) {
    String type = type(fields);
    FunctionDefinition function = function(fields.requiredText("function_name"));
    if (function == null) {
      String name = fields.requiredText("function_name");
      String meant = NearestName.of(name, catalog.functions().keySet());
      throw new FieldException(
          fields.pathOf("function_name"),
          "`%s`: Unknown function: %s%s"
              .formatted(
                  fields.pathOf("function_name"),
                  shortened(name),
                  meant == null ? "" : " (did you mean %s?)".formatted(meant)));
    }
    checkType(function, type, fields.pathOf("function_name"));
    boolean json = type.equals("json");
    ObjectNode tools = json ? null : toolParams(fields, Json.object());
    JsonSchema schema = json ? schema(fields, function) : null;
    String output = null;
    if (fields.has("output")) {
      output =
          tools == null
              ? jsonOutput(fields, schema)
              : chatOutput(fields, offered(function, tools, fields.path()));
    }
    Datapoint made =
        new Datapoint(
            id,
            dataset,
            function.name(),
            type,
            name(fields),
            fields.uuid("episode_id"),
            null,
            input(fields, function),
            output,
            schema == null ? null : Json.text(schema.source()),
            tools == null ? null : Json.text(tools),
            tags(fields),
            true,
            catalog.configHash(),
            now,
            null);
    fields.rejectOthers();
    return made;
  }

  /**
   * The datapoint of a stored inference.
   *
   * @param inference in TensorZero's shape
   */
  Datapoint ofInference(UUID id, ObjectNode inference, boolean withOutput) {
    String inferenceId = inference.path("inference_id").asText();
    boolean json = inference.path("type").asText().equals("json");
    FunctionDefinition function = function(inference.path("function_name").asText());
    if (function == null) {
      throw QueryRefusedException.unknownFunction(inference.path("function_name").asText());
    }
    ObjectNode tools = Json.object();
    TOOL_FIELDS.forEach(
        name -> {
          if (inference.has(name)) {
            tools.set(name, inference.get(name));
          }
        });
    return new Datapoint(
        id,
        dataset,
        function.name(),
        json ? "json" : "chat",
        null,
        UUID.fromString(inference.path("episode_id").asText()),
        UUID.fromString(inferenceId),
        part(inference, "input", inferenceId),
        withOutput ? part(inference, "output", inferenceId) : null,
        json ? part(inference, "output_schema", inferenceId) : null,
        json ? null : Json.text(tools),
        JsonFields.of("", inference).textMap("tags"),
        false,
        catalog.configHash(),
        now,
        null);
  }

  private static String part(ObjectNode inference, String name, String inferenceId) {
    JsonNode part = inference.get(name);
    if (part == null) {
      throw new QueryRefusedException(
          400,
          "Cannot create datapoint from inference with missing %s: %s has none in the log"
              .formatted(name, inferenceId));
    }
    return Json.text(part);
  }

  // ---- changed ones ----------------------------------------------------------------------------

  /** What takes a datapoint's place: the same but for what a request says. */
  Datapoint change(UUID id, Datapoint old, JsonFields fields) {
    String type = type(fields);
    if (!type.equals(old.functionType())) {
      throw new FieldException(
          fields.pathOf("type"),
          "`%s`: datapoint %s is a %s datapoint"
              .formatted(fields.pathOf("type"), old.id(), old.functionType()));
    }
    FunctionDefinition function = function(old.functionName());
    if (function == null) {
      throw QueryRefusedException.unknownFunction(old.functionName());
    }
    checkType(function, type, fields.path());
    Datapoint made =
        type.equals("json")
            ? changedJson(id, old, function, fields)
            : changedChat(id, old, function, fields);
    fields.rejectOthers();
    return made;
  }

  private Datapoint changedChat(
      UUID id, Datapoint old, FunctionDefinition function, JsonFields fields) {
    ObjectNode tools = toolParams(fields, object(old.toolParams()));
    String output = old.output();
    if (fields.isGiven("output")) {
      output =
          fields.has("output") ? chatOutput(fields, offered(function, tools, fields.path())) : null;
    }
    return changed(id, old, function, fields, output, null, Json.text(tools));
  }

  private Datapoint changedJson(
      UUID id, Datapoint old, FunctionDefinition function, JsonFields fields) {
    JsonSchema schema =
        fields.has("output_schema")
            ? schema(fields, function)
            : old.outputSchema() == null ? null : JsonSchema.parse(old.outputSchema());
    String output = old.output();
    if (fields.isGiven("output")) {
      output = fields.has("output") ? jsonOutput(fields, schema) : null;
    } else if (output != null && fields.has("output_schema")) {
      JsonNode raw = object(output).get("raw");
      output =
          Json.text(CheckedOutput.json(raw == null || raw.isNull() ? null : raw.asText(), schema));
    }
    return changed(
        id,
        old,
        function,
        fields,
        output,
        schema == null ? null : Json.text(schema.source()),
        null);
  }

  private Datapoint changed(
      UUID id,
      Datapoint old,
      FunctionDefinition function,
      JsonFields fields,
      @Nullable String output,
      @Nullable String outputSchema,
      @Nullable String toolParams) {
    return new Datapoint(
        id,
        old.datasetName(),
        old.functionName(),
        old.functionType(),
        fields.isGiven("name") ? name(fields) : old.name(),
        old.episodeId(),
        old.sourceInferenceId(),
        fields.has("input") ? input(fields, function) : old.input(),
        output,
        outputSchema,
        toolParams,
        fields.has("tags") ? tags(fields) : old.tags(),
        true,
        catalog.configHash(),
        now,
        null);
  }

  // ---- parts -----------------------------------------------------------------------------------

  private static String type(JsonFields fields) {
    fields.required("type");
    String type = fields.oneOf("type", "chat", "json");
    return type == null ? "chat" : type;
  }

  private @Nullable FunctionDefinition function(String name) {
    return catalog.functions().get(name);
  }

  private static void checkType(FunctionDefinition function, String type, String path) {
    boolean json = function.type() == FunctionDefinition.Type.JSON;
    if (json != type.equals("json")) {
      throw new FieldException(
          path,
          "Function '%s' is not configured as a %s function"
              .formatted(function.name(), type.equals("json") ? "JSON" : "chat"));
    }
  }

  static @Nullable String name(JsonFields fields) {
    String name = fields.text("name");
    if (name != null && name.length() > MAX_NAME) {
      throw tooLong(fields.pathOf("name"), MAX_NAME + " characters");
    }
    return name == null ? null : FilterReading.storable(fields.pathOf("name"), name);
  }

  private static Map<String, String> tags(JsonFields fields) {
    Map<String, String> tags = fields.textMap("tags");
    if (tags.size() > MAX_TAGS) {
      throw tooLong(fields.pathOf("tags"), MAX_TAGS + " tags");
    }
    tags.forEach(
        (key, value) -> {
          if (key.length() > MAX_TAG_KEY || value.length() > MAX_TAG_VALUE) {
            throw tooLong(
                fields.pathOf("tags"),
                "%d characters in a name or %d in a value".formatted(MAX_TAG_KEY, MAX_TAG_VALUE));
          }
          FilterReading.storable(fields.pathOf("tags"), key + value);
        });
    return tags;
  }

  private String input(JsonFields fields, FunctionDefinition function) {
    String path = fields.pathOf("input");
    ChatInput input = ContentReading.input(JsonFields.of(path, fields.required("input")));
    InputCheck.check(function, input, path);
    return bounded(path, Json.text(input.toJson()));
  }

  private static @Nullable JsonSchema schema(JsonFields fields, FunctionDefinition function) {
    JsonSchema own = SchemaReading.schema(fields, "output_schema");
    return own == null ? function.outputSchema() : own;
  }

  private static String jsonOutput(JsonFields fields, @Nullable JsonSchema schema) {
    JsonFields output = JsonFields.of(fields.pathOf("output"), fields.required("output"));
    String raw = output.text("raw");
    // What an answer gave may come back whole; the parsed form is made of the raw one.
    output.any("parsed");
    output.rejectOthers();
    return bounded(fields.pathOf("output"), Json.text(CheckedOutput.json(raw, schema)));
  }

  private static String chatOutput(JsonFields fields, Map<String, JsonSchema> tools) {
    ArrayNode blocks = Json.array();
    List<JsonNode> given = fields.list("output");
    for (int i = 0; i < given.size(); i++) {
      JsonFields block = JsonFields.of(fields.pathOf("output[%d]".formatted(i)), given.get(i));
      blocks.add(block(block, tools));
      block.rejectOthers();
    }
    return bounded(fields.pathOf("output"), Json.text(blocks));
  }

  private static ObjectNode block(JsonFields block, Map<String, JsonSchema> tools) {
    block.required("type");
    String type = block.oneOf("type", "text", "tool_call", "thought", "unknown");
    switch (type) {
      case "tool_call" -> {
        String name = block.text("raw_name");
        JsonNode arguments = block.any("raw_arguments");
        String parsedName = block.text("name");
        JsonNode parsed = block.any("arguments");
        if (name == null && parsedName == null) {
          throw block.missing("raw_name");
        }
        JsonNode text = arguments == null ? parsed : arguments;
        if (text == null) {
          throw block.missing("raw_arguments");
        }
        return CheckedOutput.toolCall(
            block.requiredText("id"),
            name == null ? String.valueOf(parsedName) : name,
            text.isTextual() ? text.textValue() : Json.text(text),
            tools);
      }
      case "thought" -> {
        block.text("text");
        block.text("signature");
        block.list("summary");
        block.text("provider_type");
        block.any("extra_data");
      }
      case "unknown" -> {
        block.required("data");
        block.text("model_name");
        block.text("provider_name");
      }
      case null, default -> block.requiredText("text");
    }
    return block.node();
  }

  /** The tool fields of a request over those that were there; null clears, absent leaves. */
  private static ObjectNode toolParams(JsonFields fields, ObjectNode before) {
    ToolReading.options(fields);
    fields.unsupported("provider_tools");
    ObjectNode after = before.deepCopy();
    for (String name : TOOL_FIELDS) {
      if (fields.has(name)) {
        after.set(name, fields.node().get(name));
      } else if (fields.isGiven(name)) {
        after.remove(name);
      }
    }
    return after;
  }

  private Map<String, JsonSchema> offered(
      FunctionDefinition function, ObjectNode toolParams, String path) {
    try {
      return OfferedTools.of(
              key -> {
                ToolDefinition tool = catalog.tools().get(key);
                return tool == null ? null : BoundTool.of(tool);
              },
              function,
              ToolReading.options(JsonFields.of(path, toolParams)))
          .schemas();
    } catch (FieldException e) {
      throw new FieldException(
          path.isEmpty() ? e.path() : path + "." + e.path(),
          "`%s`: %s".formatted(path, e.getMessage()));
    }
  }

  private static ObjectNode object(@Nullable String json) {
    try {
      return json != null && Json.parse(json) instanceof ObjectNode object ? object : Json.object();
    } catch (MalformedJsonException e) {
      throw new IllegalStateException("a stored datapoint is no JSON", e);
    }
  }

  private static String bounded(String path, String text) {
    if (text.length() > MAX_TEXT) {
      throw tooLong(path, "%d MB".formatted(MAX_TEXT >> 20));
    }
    return text;
  }

  private static FieldException tooLong(String path, String most) {
    return new FieldException(path, "`%s` is too large: at most %s".formatted(path, most));
  }

  private static String shortened(String text) {
    return text.length() <= 100 ? text : text.substring(0, 100) + "…";
  }
}
