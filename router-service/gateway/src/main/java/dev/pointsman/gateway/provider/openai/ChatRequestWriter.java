package dev.pointsman.gateway.provider.openai;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.pointsman.catalog.VariantDefinition.SamplingParameters;
import dev.pointsman.chat.ContentBlock;
import dev.pointsman.chat.InputMessage;
import dev.pointsman.chat.ToolChoice;
import dev.pointsman.chat.ToolSpec;
import dev.pointsman.chat.json.Json;
import dev.pointsman.gateway.inference.ResponseFormat;
import dev.pointsman.gateway.provider.ModelRequest;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** The body of a chat completions request. */
final class ChatRequestWriter {

  private ChatRequestWriter() {}

  static byte[] write(OpenAiSettings settings, ModelRequest request) {
    ObjectNode body = Json.object();
    body.put("model", settings.modelName());
    ArrayNode messages = body.putArray("messages");
    String system = systemText(request);
    if (system != null) {
      messages.addObject().put("role", "system").put("content", system);
    }
    for (InputMessage message : request.messages()) {
      if (message.role() == InputMessage.Role.USER) {
        addUser(messages, message);
      } else {
        addAssistant(messages, message);
      }
    }
    addSampling(body, settings, request.sampling());
    addTools(body, request);
    addFormat(body, request.format());
    if (request.stream()) {
      body.put("stream", true);
      body.putObject("stream_options").put("include_usage", true);
    }
    return Json.bytes(body);
  }

  /** OpenAI refuses {@code json_object} unless the conversation speaks of JSON. */
  private static @Nullable String systemText(ModelRequest request) {
    String system = request.system();
    if (!(request.format() instanceof ResponseFormat.JsonObject)
        || mentionsJson(system)
        || request.messages().stream()
            .flatMap(message -> message.content().stream())
            .anyMatch(
                block -> block instanceof ContentBlock.Text text && mentionsJson(text.text()))) {
      return system;
    }
    String instruction = "Respond using JSON.";
    return system == null ? instruction : instruction + "\n\n" + system;
  }

  private static boolean mentionsJson(@Nullable String text) {
    return text != null && text.toLowerCase(Locale.ROOT).contains("json");
  }

  private static void addUser(ArrayNode messages, InputMessage message) {
    if (message.content().size() == 1
        && message.content().getFirst() instanceof ContentBlock.Text text) {
      messages.addObject().put("role", "user").put("content", text.text());
      return;
    }
    ArrayNode parts = Json.array();
    boolean onlyText = true;
    for (ContentBlock block : message.content()) {
      switch (block) {
        case ContentBlock.ToolResult result ->
            messages
                .addObject()
                .put("role", "tool")
                .put("tool_call_id", result.id())
                .put("content", result.result());
        case ContentBlock.Text text ->
            parts.addObject().put("type", "text").put("text", text.text());
        case ContentBlock.FileBlock file -> {
          onlyText = false;
          parts.add(filePart(file));
        }
        default -> throw notRendered(block);
      }
    }
    if (parts.isEmpty()) {
      if (message.content().isEmpty()) {
        messages.addObject().put("role", "user").put("content", "");
      }
      return;
    }
    ObjectNode user = messages.addObject().put("role", "user");
    if (onlyText && parts.size() == 1) {
      user.set("content", parts.get(0).get("text"));
    } else {
      user.set("content", parts);
    }
  }

  private static ObjectNode filePart(ContentBlock.FileBlock file) {
    ObjectNode part = Json.object();
    String mime = file.mimeType();
    String data = file.data();
    if (data == null || mime == null || mime.startsWith("image/")) {
      ObjectNode image = part.put("type", "image_url").putObject("image_url");
      image.put(
          "url",
          data == null
              ? file.url()
              : "data:%s;base64,%s".formatted(mime == null ? "image/png" : mime, data));
      if (file.detail() != null) {
        image.put("detail", file.detail());
      }
    } else if (mime.startsWith("audio/")) {
      part.put("type", "input_audio")
          .putObject("input_audio")
          .put("data", data)
          .put("format", mime.endsWith("wav") ? "wav" : "mp3");
    } else {
      part.put("type", "file")
          .putObject("file")
          .put("file_data", "data:%s;base64,%s".formatted(mime, data))
          .put("filename", file.filename() == null ? "input" : file.filename());
    }
    return part;
  }

  private static void addAssistant(ArrayNode messages, InputMessage message) {
    ObjectNode assistant = messages.addObject().put("role", "assistant");
    StringBuilder content = null;
    ArrayNode calls = Json.array();
    for (ContentBlock block : message.content()) {
      switch (block) {
        case ContentBlock.Text text -> {
          content = content == null ? new StringBuilder() : content;
          content.append(text.text());
        }
        case ContentBlock.ToolCall call ->
            calls
                .addObject()
                .put("id", call.id())
                .put("type", "function")
                .putObject("function")
                .put("name", call.name())
                .put("arguments", call.arguments());
        default -> throw notRendered(block);
      }
    }
    if (content != null) {
      assistant.put("content", content.toString());
    } else if (calls.isEmpty()) {
      assistant.put("content", "");
    } else {
      assistant.putNull("content");
    }
    if (!calls.isEmpty()) {
      assistant.set("tool_calls", calls);
    }
  }

  private static IllegalStateException notRendered(ContentBlock block) {
    return new IllegalStateException(
        block.getClass().getSimpleName() + " must have been rendered before it is sent");
  }

  private static void addSampling(
      ObjectNode body, OpenAiSettings settings, SamplingParameters sampling) {
    if (sampling.temperature() != null) {
      body.put("temperature", sampling.temperature());
    }
    if (sampling.maxTokens() != null) {
      // OpenAI's newer models refuse the old name, most others know only that one.
      body.put(settings.isOpenAi() ? "max_completion_tokens" : "max_tokens", sampling.maxTokens());
    }
    if (sampling.seed() != null) {
      body.put("seed", sampling.seed());
    }
    if (sampling.topP() != null) {
      body.put("top_p", sampling.topP());
    }
    if (sampling.presencePenalty() != null) {
      body.put("presence_penalty", sampling.presencePenalty());
    }
    if (sampling.frequencyPenalty() != null) {
      body.put("frequency_penalty", sampling.frequencyPenalty());
    }
    if (!sampling.stopSequences().isEmpty()) {
      ArrayNode stop = body.putArray("stop");
      sampling.stopSequences().forEach(stop::add);
    }
    if (sampling.reasoningEffort() != null) {
      body.put("reasoning_effort", sampling.reasoningEffort());
    }
    if (sampling.serviceTier() != null) {
      body.put("service_tier", sampling.serviceTier());
    }
    if (sampling.verbosity() != null) {
      body.put("verbosity", sampling.verbosity());
    }
  }

  private static void addTools(ObjectNode body, ModelRequest request) {
    if (request.tools().isEmpty()) {
      return;
    }
    ArrayNode tools = body.putArray("tools");
    for (ToolSpec tool : request.tools()) {
      ObjectNode function = tools.addObject().put("type", "function").putObject("function");
      function.put("name", tool.name());
      if (tool.description() != null) {
        function.put("description", tool.description());
      }
      function.set("parameters", tool.parameters());
      if (tool.strict() != null) {
        function.put("strict", tool.strict());
      }
    }
    switch (request.toolChoice()) {
      case ToolChoice.None none -> body.put("tool_choice", "none");
      case ToolChoice.Auto auto -> body.put("tool_choice", "auto");
      case ToolChoice.Required required -> body.put("tool_choice", "required");
      case ToolChoice.Specific specific ->
          body.putObject("tool_choice")
              .put("type", "function")
              .putObject("function")
              .put("name", specific.name());
    }
    if (request.parallelToolCalls() != null) {
      body.put("parallel_tool_calls", request.parallelToolCalls());
    }
  }

  private static void addFormat(ObjectNode body, ResponseFormat format) {
    switch (format) {
      case ResponseFormat.Text text -> {}
      case ResponseFormat.JsonObject object ->
          body.putObject("response_format").put("type", "json_object");
      case ResponseFormat.JsonBySchema schema -> {
        ObjectNode inner =
            body.putObject("response_format").put("type", "json_schema").putObject("json_schema");
        inner.put("name", schema.name()).put("strict", schema.strict());
        inner.set("schema", schema.schema());
      }
    }
  }
}
