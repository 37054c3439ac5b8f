package dev.pointsman.gateway.surface;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.pointsman.catalog.VariantDefinition.SamplingParameters;
import dev.pointsman.chat.ContentBlock;
import dev.pointsman.chat.InputMessage;
import dev.pointsman.chat.ToolChoice;
import dev.pointsman.chat.ToolSpec;
import dev.pointsman.chat.json.Json;
import dev.pointsman.gateway.inference.ResponseFormat;
import dev.pointsman.gateway.pipeline.InferenceCall;
import org.jspecify.annotations.Nullable;

/** Bodies for calls: the way back of the readers under test. */
final class RequestBodies {

  private RequestBodies() {}

  /** {@code POST /inference}; a compiled schema does not know its text, so that is handed in. */
  static ObjectNode ofNative(InferenceCall call, @Nullable JsonNode outputSchema) {
    ObjectNode body = Json.object();
    put(body, "function_name", call.functionName());
    put(body, "model_name", call.modelName());
    body.set("input", call.input().toJson());
    common(body, "", call);
    body.put("stream", call.stream());
    ObjectNode chat = Json.object();
    sampling(chat, call.sampling(), "stop_sequences");
    put(chat, "json_mode", call.jsonMode());
    body.putObject("params").set("chat_completion", chat);
    if (call.tools().allowed() != null) {
      ArrayNode allowed = body.putArray("allowed_tools");
      call.tools().allowed().forEach(allowed::add);
    }
    ArrayNode additional = body.putArray("additional_tools");
    call.tools().additional().forEach(tool -> additional.add(tool(tool)));
    switch (call.tools().choice()) {
      case null -> {}
      case ToolChoice.None none -> body.put("tool_choice", "none");
      case ToolChoice.Auto auto -> body.put("tool_choice", "auto");
      case ToolChoice.Required required -> body.put("tool_choice", "required");
      case ToolChoice.Specific specific ->
          body.putObject("tool_choice").put("specific", specific.name());
    }
    parallel(body, call);
    if (outputSchema != null) {
      body.set("output_schema", outputSchema);
    }
    return body;
  }

  /** {@code POST /v1/chat/completions}. */
  static ObjectNode ofChat(InferenceCall call) {
    ObjectNode body = Json.object().put("model", call.requestedModel());
    ArrayNode messages = body.putArray("messages");
    JsonNode system = call.input().system();
    if (system != null) {
      ObjectNode message = messages.addObject().put("role", "system");
      if (system.isTextual()) {
        message.set("content", system);
      } else {
        message
            .putArray("content")
            .addObject()
            .put("type", "text")
            .set("tensorzero::arguments", system);
      }
    }
    call.input().messages().forEach(message -> message(messages, message));
    common(body, "tensorzero::", call);
    put(body, "user", call.endUser());
    body.put("stream", call.stream());
    body.putObject("stream_options").put("include_usage", call.usageAsked());
    body.putObject("pointsman").put("explain", call.origin().debug());
    sampling(body, call.sampling(), "stop");
    if (call.jsonMode() != null) {
      body.putObject("tensorzero::params")
          .putObject("chat_completion")
          .put("json_mode", call.jsonMode());
    }
    ArrayNode tools = body.putArray("tools");
    for (ToolSpec tool : call.tools().additional()) {
      tools.addObject().put("type", "function").set("function", tool(tool));
    }
    switch (call.tools().choice()) {
      case null -> {}
      case ToolChoice.None none -> body.put("tool_choice", "none");
      case ToolChoice.Auto auto -> body.put("tool_choice", "auto");
      case ToolChoice.Required required -> body.put("tool_choice", "required");
      case ToolChoice.Specific specific ->
          body.putObject("tool_choice")
              .put("type", "function")
              .putObject("function")
              .put("name", specific.name());
    }
    parallel(body, call);
    switch (call.format()) {
      case null -> {}
      case ResponseFormat.Text text -> body.putObject("response_format").put("type", "text");
      case ResponseFormat.JsonObject object ->
          body.putObject("response_format").put("type", "json_object");
      case ResponseFormat.JsonBySchema schema -> {
        ObjectNode inner =
            body.putObject("response_format").put("type", "json_schema").putObject("json_schema");
        inner.put("name", schema.name()).put("strict", schema.strict());
        inner.set("schema", schema.schema());
      }
    }
    return body;
  }

  private static void common(ObjectNode body, String prefix, InferenceCall call) {
    put(body, prefix + "episode_id", call.episodeId() == null ? null : call.episodeId().toString());
    put(body, prefix + "namespace", call.namespace());
    put(body, prefix + "variant_name", call.variantName());
    body.put(prefix + "dryrun", call.dryrun());
    ObjectNode tags = body.putObject(prefix + "tags");
    call.tags().forEach(tags::put);
  }

  private static void sampling(ObjectNode to, SamplingParameters sampling, String stop) {
    number(to, "temperature", sampling.temperature());
    if (sampling.maxTokens() != null) {
      to.put("max_tokens", sampling.maxTokens());
    }
    if (sampling.seed() != null) {
      to.put("seed", sampling.seed());
    }
    number(to, "top_p", sampling.topP());
    number(to, "presence_penalty", sampling.presencePenalty());
    number(to, "frequency_penalty", sampling.frequencyPenalty());
    if (!sampling.stopSequences().isEmpty()) {
      ArrayNode sequences = to.putArray(stop);
      sampling.stopSequences().forEach(sequences::add);
    }
    put(to, "reasoning_effort", sampling.reasoningEffort());
    put(to, "service_tier", sampling.serviceTier());
    put(to, "verbosity", sampling.verbosity());
  }

  private static ObjectNode tool(ToolSpec tool) {
    ObjectNode json = Json.object().put("name", tool.name());
    put(json, "description", tool.description());
    json.set("parameters", tool.parameters());
    if (tool.strict() != null) {
      json.put("strict", tool.strict());
    }
    return json;
  }

  private static void parallel(ObjectNode body, InferenceCall call) {
    if (call.tools().parallel() != null) {
      body.put("parallel_tool_calls", call.tools().parallel());
    }
  }

  private static void message(ArrayNode messages, InputMessage message) {
    ArrayNode parts = Json.array();
    ArrayNode calls = Json.array();
    boolean results = false;
    for (ContentBlock block : message.content()) {
      switch (block) {
        case ContentBlock.ToolResult result -> {
          results = true;
          messages
              .addObject()
              .put("role", "tool")
              .put("tool_call_id", result.id())
              .put("content", result.result());
        }
        case ContentBlock.ToolCall call -> {
          ObjectNode entry = calls.addObject().put("id", call.id());
          entry.putObject("function").put("name", call.name()).put("arguments", call.arguments());
        }
        default -> parts.add(part(block));
      }
    }
    if (results) {
      return;
    }
    ObjectNode json = messages.addObject().put("role", message.role().label());
    if (message.role() == InputMessage.Role.USER || !parts.isEmpty()) {
      json.set("content", parts);
    }
    if (!calls.isEmpty()) {
      json.set("tool_calls", calls);
    }
  }

  private static ObjectNode part(ContentBlock block) {
    ObjectNode part = Json.object();
    switch (block) {
      case ContentBlock.Text text -> part.put("type", "text").put("text", text.text());
      case ContentBlock.RawText raw ->
          part.put("type", "tensorzero::raw_text").put("value", raw.value());
      case ContentBlock.TemplateUse use ->
          part.put("type", "tensorzero::template")
              .put("name", use.name())
              .set("arguments", use.arguments());
      case ContentBlock.FileBlock file when file.url() != null -> {
        ObjectNode image = part.put("type", "image_url").putObject("image_url");
        put(image, "url", file.url());
        put(image, "detail", file.detail());
      }
      case ContentBlock.FileBlock file -> {
        ObjectNode inner = part.put("type", "file").putObject("file");
        inner.put("file_data", "data:%s;base64,%s".formatted(file.mimeType(), file.data()));
        put(inner, "filename", file.filename());
      }
      default -> throw new IllegalArgumentException("no part of a chat: " + block);
    }
    return part;
  }

  private static void put(ObjectNode to, String name, @Nullable String value) {
    if (value != null) {
      to.put(name, value);
    }
  }

  private static void number(ObjectNode to, String name, @Nullable Double value) {
    if (value != null) {
      to.put(name, value);
    }
  }
}
