package dev.pointsman.dashboard.datasets;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.pointsman.chat.json.Json;
import dev.pointsman.chat.json.MalformedJsonException;
import dev.pointsman.control.Datapoint;
import org.jspecify.annotations.Nullable;

/** A datapoint in TensorZero's shape. */
final class DatapointJson {

  private DatapointJson() {}

  static ObjectNode of(Datapoint datapoint) {
    ObjectNode result = Json.object().put("type", datapoint.functionType());
    result.put("dataset_name", datapoint.datasetName());
    result.put("function_name", datapoint.functionName());
    result.put("id", datapoint.id().toString());
    result.put("episode_id", text(datapoint.episodeId()));
    result.set("input", json(datapoint.input()));
    if (datapoint.output() != null) {
      result.set("output", json(datapoint.output()));
    }
    if (datapoint.functionType().equals("json")) {
      result.set("output_schema", json(datapoint.outputSchema()));
    } else {
      json(datapoint.toolParams()).properties().forEach(p -> result.set(p.getKey(), p.getValue()));
      result.putArray("provider_tools");
    }
    ObjectNode tags = result.putObject("tags");
    datapoint.tags().entrySet().stream()
        .sorted(java.util.Map.Entry.comparingByKey())
        .forEach(tag -> tags.put(tag.getKey(), tag.getValue()));
    result.put("is_deleted", false);
    result.put("is_custom", datapoint.custom());
    putIfThere(result, "source_inference_id", text(datapoint.sourceInferenceId()));
    putIfThere(result, "staled_at", text(datapoint.staledAt()));
    result.put("updated_at", datapoint.updatedAt().toString());
    putIfThere(result, "name", datapoint.name());
    return result;
  }

  private static void putIfThere(ObjectNode result, String name, @Nullable String value) {
    if (value != null) {
      result.put(name, value);
    }
  }

  private static @Nullable String text(@Nullable Object value) {
    return value == null ? null : value.toString();
  }

  private static JsonNode json(@Nullable String text) {
    try {
      return text == null ? Json.object() : Json.parse(text);
    } catch (MalformedJsonException e) {
      throw new IllegalStateException("a stored datapoint is no JSON", e);
    }
  }
}
