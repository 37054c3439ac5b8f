package dev.pointsman.dashboard.query;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.pointsman.chat.json.Json;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a caller overrode for an inference, in TensorZero's shape whichever surface it came through:
 * sampling under {@code chat_completion}, and beside it the schema and what was said about tools.
 */
final class LoggedParameters {

  private static final Map<String, String> SAMPLING =
      Map.ofEntries(
          Map.entry("temperature", "temperature"),
          Map.entry("top_p", "top_p"),
          Map.entry("max_tokens", "max_tokens"),
          Map.entry("max_completion_tokens", "max_tokens"),
          Map.entry("seed", "seed"),
          Map.entry("presence_penalty", "presence_penalty"),
          Map.entry("frequency_penalty", "frequency_penalty"),
          Map.entry("reasoning_effort", "reasoning_effort"),
          Map.entry("service_tier", "service_tier"),
          Map.entry("verbosity", "verbosity"));

  private final JsonNode logged;

  LoggedParameters(@Nullable JsonNode logged) {
    this.logged = logged == null ? Json.object() : logged;
  }

  ObjectNode inferenceParams() {
    ObjectNode chat = Json.object();
    SAMPLING.forEach(
        (openAi, native_) -> {
          if (logged.hasNonNull(openAi)) {
            chat.set(native_, logged.get(openAi));
          }
        });
    JsonNode stop = logged.path("stop");
    if (stop.isArray()) {
      chat.set("stop_sequences", stop);
    } else if (stop.isTextual()) {
      chat.putArray("stop_sequences").add(stop);
    }
    for (String native_ : new String[] {"tensorzero::params", ""}) {
      JsonNode given = native_.isEmpty() ? logged : logged.path(native_);
      given.path("chat_completion").properties().forEach(p -> chat.set(p.getKey(), p.getValue()));
    }
    ObjectNode params = Json.object();
    params.set("chat_completion", chat);
    return params;
  }

  @Nullable JsonNode outputSchema() {
    JsonNode schema = logged.path("output_schema");
    if (schema.isMissingNode()) {
      schema = logged.path("response_format").path("json_schema").path("schema");
    }
    return schema.isMissingNode() || schema.isNull() ? null : schema;
  }

  @Nullable JsonNode toolChoice() {
    JsonNode choice = logged.path("tool_choice");
    JsonNode name = choice.path("function").path("name");
    if (name.isTextual()) {
      return Json.object().put("specific", name.textValue());
    }
    return choice.isTextual() || choice.has("specific") ? choice : null;
  }

  @Nullable JsonNode parallelToolCalls() {
    JsonNode parallel = logged.path("parallel_tool_calls");
    return parallel.isBoolean() ? parallel : null;
  }
}
