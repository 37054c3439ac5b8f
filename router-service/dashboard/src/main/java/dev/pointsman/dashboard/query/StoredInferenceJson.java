package dev.pointsman.dashboard.query;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.pointsman.catalog.FunctionCatalog;
import dev.pointsman.catalog.FunctionDefinition;
import dev.pointsman.catalog.JsonSchema;
import dev.pointsman.catalog.ToolDefinition;
import dev.pointsman.chat.CheckedOutput;
import dev.pointsman.chat.json.Json;
import dev.pointsman.chat.json.MalformedJsonException;
import dev.pointsman.eventlog.InferenceEvent;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Stored inferences in TensorZero's shape. What was not logged, or only shortened, is left out, as
 * TensorZero leaves out what it has dropped.
 */
final class StoredInferenceJson {

  private final FunctionCatalog catalog;

  StoredInferenceJson(FunctionCatalog catalog) {
    this.catalog = catalog;
  }

  /**
   * One inference.
   *
   * @param demonstration the demonstrated output as JSON, null when there is none
   */
  ObjectNode of(InferenceEvent event, @Nullable String demonstration, OutputSource source) {
    InferenceEvent.Payload payload = event.payload();
    boolean json = event.asker().functionType().equals("json");
    LoggedParameters parameters =
        new LoggedParameters(payload == null ? null : whole(payload.parameters()));
    ArrayNode tools = tools(payload);
    Output outputs = new Output(json ? schema(event, parameters) : null, toolSchemas(tools), json);
    JsonNode answered = outputs.answered(payload == null ? null : whole(payload.output()));
    ObjectNode result = Json.object().put("type", json ? "json" : "chat");
    result.put("function_name", event.asker().functionName());
    result.put("variant_name", variant(event));
    setIfThere(result, "input", payload == null ? null : whole(payload.input()));
    ArrayNode dispreferred = Json.array();
    switch (source) {
      case INFERENCE -> setIfThere(result, "output", answered);
      case DEMONSTRATION -> {
        setIfThere(result, "output", outputs.demonstrated(whole(demonstration)));
        if (answered != null) {
          dispreferred.add(answered);
        }
      }
      case NONE -> {}
    }
    result.set("dispreferred_outputs", dispreferred);
    result.put("timestamp", event.at().toString());
    result.put("episode_id", event.ids().episodeId().toString());
    result.put("inference_id", event.id().toString());
    if (json) {
      JsonSchema schema = outputs.schema();
      setIfThere(result, "output_schema", schema == null ? null : schema.source());
    } else {
      putTools(result, event, tools, parameters);
    }
    ObjectNode tags = result.putObject("tags");
    event.asker().tags().forEach(tags::put);
    result.putArray("extra_body");
    result.set("inference_params", parameters.inferenceParams());
    result.put("processing_time_ms", event.quantities().durationMicros() / 1_000);
    Long ttft = event.quantities().ttftMicros();
    result.put("ttft_ms", ttft == null ? null : Long.valueOf(ttft / 1_000));
    result.put("snapshot_hash", event.versions().configHash());
    return result;
  }

  private static String variant(InferenceEvent event) {
    String served = event.outcome().servedVariant();
    return served == null ? event.decision().chosenVariant() : served;
  }

  private static void setIfThere(ObjectNode to, String name, @Nullable JsonNode value) {
    if (value != null) {
      to.set(name, value);
    }
  }

  /** The logged value, null when it was not logged whole. */
  private static @Nullable JsonNode whole(@Nullable String text) {
    if (text == null) {
      return null;
    }
    try {
      JsonNode value = Json.parse(text);
      boolean shortened =
          value.size() == 3 && value.has("sha256") && value.has("bytes") && value.has("head");
      return shortened ? null : value;
    } catch (MalformedJsonException e) {
      return null;
    }
  }

  private @Nullable JsonSchema schema(InferenceEvent event, LoggedParameters parameters) {
    JsonNode own = parameters.outputSchema();
    if (own != null) {
      try {
        return JsonSchema.of(own);
      } catch (IllegalArgumentException e) {
        return null;
      }
    }
    FunctionDefinition function = catalog.functions().get(event.asker().functionName());
    return function == null ? null : function.outputSchema();
  }

  private static ArrayNode tools(InferenceEvent.@Nullable Payload payload) {
    JsonNode tools = payload == null ? null : whole(payload.tools());
    return tools instanceof ArrayNode list ? list : Json.array();
  }

  private static Map<String, JsonSchema> toolSchemas(ArrayNode tools) {
    Map<String, JsonSchema> schemas = new HashMap<>();
    for (JsonNode tool : tools) {
      try {
        schemas.put(tool.path("name").asText(), JsonSchema.of(tool.path("parameters")));
      } catch (IllegalArgumentException e) {
        // The router checked it before it offered the tool; now it only leaves calls unparsed.
        continue;
      }
    }
    return schemas;
  }

  /** The log has the tools that were offered; which of them the caller brought follows from that. */
  private void putTools(
      ObjectNode result, InferenceEvent event, ArrayNode offered, LoggedParameters parameters) {
    Map<String, String> keys = new HashMap<>();
    for (ToolDefinition tool : catalog.tools().values()) {
      keys.put(tool.name(), tool.key());
    }
    List<String> allowed = new ArrayList<>();
    ArrayNode additional = Json.array();
    for (JsonNode tool : offered) {
      String key = keys.get(tool.path("name").asText());
      if (key == null) {
        additional.add(
            Json.object()
                .put("type", "function")
                .put("description", tool.path("description").asText(""))
                .put("name", tool.path("name").asText())
                .put("strict", false)
                .set("parameters", tool.path("parameters")));
      } else {
        allowed.add(key);
      }
    }
    FunctionDefinition function = catalog.functions().get(event.asker().functionName());
    if (function != null && !allowed.equals(function.tools())) {
      ArrayNode list = result.putArray("allowed_tools");
      allowed.forEach(list::add);
    }
    if (!additional.isEmpty()) {
      result.set("additional_tools", additional);
    }
    setIfThere(result, "tool_choice", parameters.toolChoice());
    setIfThere(result, "parallel_tool_calls", parameters.parallelToolCalls());
    result.putArray("provider_tools");
  }

  /** The outputs of one inference. */
  private record Output(@Nullable JsonSchema schema, Map<String, JsonSchema> tools, boolean json) {

    /** A logged answer is a list of blocks, whatever the function's type. */
    @Nullable JsonNode answered(@Nullable JsonNode blocks) {
      if (blocks == null || !json) {
        return blocks;
      }
      StringBuilder text = new StringBuilder();
      boolean any = false;
      for (JsonNode block : blocks) {
        // Through a tool the arguments are the answer.
        JsonNode part = block.has("raw_arguments") ? block.get("raw_arguments") : block.get("text");
        if (part != null && !block.path("type").asText().equals("thought")) {
          any = true;
          text.append(part.asText());
        }
      }
      return CheckedOutput.json(any ? text.toString() : null, schema);
    }

    @Nullable JsonNode demonstrated(@Nullable JsonNode value) {
      if (value == null) {
        return null;
      }
      if (json) {
        return CheckedOutput.json(Json.text(value), schema);
      }
      ArrayNode blocks = Json.array();
      if (value.isTextual()) {
        blocks.addObject().put("type", "text").set("text", value);
        return blocks;
      }
      for (JsonNode block : value) {
        blocks.add(
            block.path("type").asText().equals("tool_call") ? call(block) : block.deepCopy());
      }
      return blocks;
    }

    private ObjectNode call(JsonNode block) {
      JsonNode arguments =
          block.has("raw_arguments") ? block.get("raw_arguments") : block.path("arguments");
      return CheckedOutput.toolCall(
          block.path("id").asText(""),
          block.path(block.has("raw_name") ? "raw_name" : "name").asText(),
          arguments.isTextual() ? arguments.textValue() : Json.text(arguments),
          tools);
    }
  }
}
