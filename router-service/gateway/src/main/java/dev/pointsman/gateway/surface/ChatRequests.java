package dev.pointsman.gateway.surface;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.pointsman.catalog.VariantDefinition.SamplingParameters;
import dev.pointsman.chat.ChatInput;
import dev.pointsman.chat.ContentBlock;
import dev.pointsman.chat.InputMessage;
import dev.pointsman.chat.SchemaReading;
import dev.pointsman.chat.ToolChoice;
import dev.pointsman.chat.ToolOptions;
import dev.pointsman.chat.ToolSpec;
import dev.pointsman.chat.json.FieldException;
import dev.pointsman.chat.json.Json;
import dev.pointsman.chat.json.JsonFields;
import dev.pointsman.gateway.dialect.OpenAiDialect;
import dev.pointsman.gateway.inference.ResponseFormat;
import dev.pointsman.gateway.pipeline.InferenceCall;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Reads the body of {@code POST /v1/chat/completions}. */
final class ChatRequests {

  private static final OpenAiDialect DIALECT = new OpenAiDialect();
  private static final String PREFIX = "tensorzero::";
  private static final List<String> NOT_YET =
      List.of(
          "tensorzero::credentials",
          "tensorzero::extra_body",
          "tensorzero::extra_headers",
          "tensorzero::provider_tools",
          "tensorzero::include_raw_usage",
          "tensorzero::include_raw_response",
          "tensorzero::include_original_response",
          "tensorzero::internal_dynamic_variant_config",
          "audio",
          "functions",
          "function_call",
          "logit_bias",
          "top_logprobs",
          "modalities",
          "prediction",
          "web_search_options");

  private static final List<String> LOGGED_PARAMETERS =
      List.of(
          "temperature",
          "top_p",
          "max_tokens",
          "max_completion_tokens",
          "seed",
          "presence_penalty",
          "frequency_penalty",
          "stop",
          "reasoning_effort",
          "service_tier",
          "verbosity",
          "tool_choice",
          "parallel_tool_calls",
          "response_format",
          "tensorzero::params");

  private ChatRequests() {}

  /** What the {@code model} field names. */
  record NamedModel(@Nullable String function, @Nullable String model) {}

  static InferenceCall read(JsonNode json, InferenceCall.Origin origin, Instant now) {
    JsonFields body = JsonFields.of("", json);
    String requested = body.requiredText("model");
    NamedModel named = model(requested);
    JsonFields own = body.fields("pointsman");
    for (String name : NOT_YET) {
      body.unsupported(name);
    }
    if (Boolean.TRUE.equals(body.flag("logprobs"))) {
      body.unsupported("logprobs");
    }
    Long n = body.whole("n", 1, Integer.MAX_VALUE);
    if (n != null && n != 1) {
      throw new FieldException("n", "`n` must be 1, several answers at once are not supported");
    }
    boolean stream = body.flag("stream", false);
    JsonFields streamOptions = body.fields("stream_options");
    boolean usageAsked = streamOptions != null && streamOptions.flag("include_usage", false);
    CommonReading.cacheOptions(body, "tensorzero::cache_options");
    JsonFields params = body.fields("tensorzero::params");
    JsonFields chat = params == null ? null : params.fields("chat_completion");
    SamplingParameters sampling = sampling(body, chat);
    String jsonMode = chat == null ? null : chat.oneOf("json_mode", "off", "on", "strict", "tool");
    if (chat != null) {
      chat.unsupported("thinking_budget_tokens");
      chat.rejectOthers();
    }
    String variant = either(own, "variant", body, "tensorzero::variant_name");
    if (variant != null && named.model() != null) {
      throw new FieldException(
          "pointsman.variant", "a variant goes with a function, not with model_name::");
    }
    Map<String, String> tags = CommonReading.tags(body, "tensorzero::tags");
    body.fields("metadata");
    if (own != null) {
      tags = new LinkedHashMap<>(tags);
      tags.putAll(CommonReading.tags(own, "tags"));
    }
    UUID episode = CommonReading.episodeId(body, "tensorzero::episode_id", now);
    if (own != null && own.has("episode_id")) {
      episode = CommonReading.episodeId(own, "episode_id", now);
    }
    boolean dryrun =
        body.flag("tensorzero::dryrun", false) || (own != null && own.flag("dryrun", false));
    boolean explain = own != null && own.flag("explain", false);
    if (own != null) {
      own.rejectOthers();
    }
    InferenceCall.Origin from =
        explain
            ? new InferenceCall.Origin(
                origin.caller(),
                origin.requestId(),
                origin.traceId(),
                origin.idempotencyKey(),
                true)
            : origin;
    InferenceCall call =
        new InferenceCall(
            from,
            DIALECT,
            named.function(),
            named.model(),
            requested,
            input(body),
            episode,
            CommonReading.namespace(body, "tensorzero::namespace"),
            variant,
            stream,
            usageAsked,
            dryrun,
            tags,
            body.text("user"),
            sampling,
            jsonMode,
            tools(body),
            null,
            format(body),
            parameters(body));
    boolean strict = body.flag("tensorzero::deny_unknown_fields", false);
    refuseUnknown(body, strict);
    return call;
  }

  /** Own keys that are not known are always refused; OpenAI's, only when asked to. */
  private static void refuseUnknown(JsonFields body, boolean strict) {
    for (String name : body.unread()) {
      if (strict || name.startsWith(PREFIX)) {
        body.rejectOthers();
      }
    }
  }

  static NamedModel model(String requested) {
    boolean prefixed = requested.startsWith(PREFIX);
    String name = prefixed ? requested.substring(PREFIX.length()) : requested;
    if (name.startsWith("function_name::")) {
      return new NamedModel(notEmpty(name.substring(15), "function_name"), null);
    }
    if (name.startsWith("model_name::")) {
      return new NamedModel(null, notEmpty(name.substring(12), "model_name"));
    }
    if (name.isEmpty()) {
      throw new FieldException("model", "`model` cannot be empty");
    }
    // The built-in function has the prefix in its own name.
    return new NamedModel(name, null);
  }

  private static String notEmpty(String name, String kind) {
    if (name.isEmpty()) {
      throw new FieldException("model", "`model`: %s cannot be empty".formatted(kind));
    }
    return name;
  }

  private static @Nullable String either(
      @Nullable JsonFields own, String name, JsonFields body, String other) {
    String first = own == null ? null : own.text(name);
    String second = body.text(other);
    return first == null ? second : first;
  }

  private static SamplingParameters sampling(JsonFields body, @Nullable JsonFields chat) {
    Long maxTokens = body.whole("max_tokens", 1, Integer.MAX_VALUE);
    Long maxCompletion = body.whole("max_completion_tokens", 1, Integer.MAX_VALUE);
    Long most =
        maxTokens == null
            ? maxCompletion
            : maxCompletion == null ? maxTokens : Long.valueOf(Math.min(maxTokens, maxCompletion));
    SamplingParameters wins = NativeRequests.sampling(chat);
    return new SamplingParameters(
        first(wins.temperature(), body.number("temperature")),
        first(wins.maxTokens(), most == null ? null : most.intValue()),
        first(wins.seed(), body.whole("seed", Long.MIN_VALUE, Long.MAX_VALUE)),
        first(wins.topP(), body.number("top_p")),
        first(wins.presencePenalty(), body.number("presence_penalty")),
        first(wins.frequencyPenalty(), body.number("frequency_penalty")),
        wins.stopSequences().isEmpty() ? stop(body) : wins.stopSequences(),
        first(wins.reasoningEffort(), body.text("reasoning_effort")),
        first(wins.serviceTier(), body.text("service_tier")),
        first(wins.verbosity(), body.text("verbosity")));
  }

  private static <T> @Nullable T first(@Nullable T wish, @Nullable T otherwise) {
    return wish == null ? otherwise : wish;
  }

  private static List<String> stop(JsonFields body) {
    JsonNode stop = body.any("stop");
    if (stop != null && stop.isTextual()) {
      return List.of(stop.textValue());
    }
    List<String> texts = body.texts("stop");
    return texts == null ? List.of() : texts;
  }

  // ---- messages --------------------------------------------------------------------------------

  private static ChatInput input(JsonFields body) {
    body.required("messages");
    List<JsonNode> given = body.list("messages");
    if (given.isEmpty()) {
      throw new FieldException("messages", "`messages` is empty: send at least one message");
    }
    StringBuilder system = null;
    JsonNode systemArguments = null;
    List<InputMessage> messages = new ArrayList<>();
    Map<String, String> callNames = new HashMap<>();
    List<ContentBlock> toolResults = new ArrayList<>();
    for (int i = 0; i < given.size(); i++) {
      JsonFields message = JsonFields.of("messages[" + i + "]", given.get(i));
      String role = message.requiredText("role");
      if (!role.equals("tool") && !toolResults.isEmpty()) {
        messages.add(new InputMessage(InputMessage.Role.USER, toolResults));
        toolResults = new ArrayList<>();
      }
      switch (role) {
        case "system", "developer" -> {
          JsonNode arguments = systemArguments(message);
          if (arguments != null) {
            systemArguments = arguments;
          } else {
            system = system == null ? new StringBuilder() : system.append('\n');
            system.append(plainText(message, "System"));
          }
        }
        case "user" ->
            messages.add(new InputMessage(InputMessage.Role.USER, parts(message, "user")));
        case "assistant" -> messages.add(assistant(message, callNames));
        case "tool" -> toolResults.add(toolResult(message, callNames));
        default ->
            throw new FieldException(
                message.pathOf("role"),
                "`%s` must be system, developer, user, assistant or tool"
                    .formatted(message.pathOf("role")));
      }
    }
    if (!toolResults.isEmpty()) {
      messages.add(new InputMessage(InputMessage.Role.USER, toolResults));
    }
    if (systemArguments != null && system != null) {
      throw new FieldException(
          "messages", "`messages`: system text and system template arguments exclude each other");
    }
    JsonNode systemNode =
        systemArguments != null
            ? systemArguments
            : system == null ? null : Json.object().textNode(system.toString());
    return new ChatInput(systemNode, messages);
  }

  private static @Nullable JsonNode systemArguments(JsonFields message) {
    JsonNode content = message.any("content");
    if (content != null && content.isArray() && content.size() == 1) {
      JsonNode arguments = content.get(0).path("tensorzero::arguments");
      return arguments.isObject() ? arguments : null;
    }
    return null;
  }

  private static String plainText(JsonFields message, String who) {
    JsonNode content = message.required("content");
    if (content.isTextual()) {
      return content.textValue();
    }
    StringBuilder text = new StringBuilder();
    for (JsonNode part : message.list("content")) {
      if (!part.path("type").asText().equals("text") || !part.path("text").isTextual()) {
        throw new FieldException(
            message.pathOf("content"),
            "%s message must contain only text or template content blocks".formatted(who));
      }
      text.append(part.path("text").textValue());
    }
    return text.toString();
  }

  private static List<ContentBlock> parts(JsonFields message, String role) {
    JsonNode content = message.required("content");
    if (content.isTextual()) {
      return List.of(new ContentBlock.Text(content.textValue()));
    }
    List<ContentBlock> blocks = new ArrayList<>();
    List<JsonNode> given = message.list("content");
    for (int i = 0; i < given.size(); i++) {
      JsonFields part = JsonFields.of(message.pathOf("content[%d]".formatted(i)), given.get(i));
      blocks.add(part(part, role));
    }
    return blocks;
  }

  private static ContentBlock part(JsonFields part, String role) {
    String type = part.requiredText("type");
    return switch (type) {
      case "text" -> {
        JsonNode arguments = part.any("tensorzero::arguments");
        if (arguments instanceof ObjectNode object) {
          yield new ContentBlock.TemplateUse(role, object);
        }
        yield new ContentBlock.Text(part.requiredText("text"));
      }
      case "image_url" -> {
        JsonFields image = JsonFields.of(part.pathOf("image_url"), part.required("image_url"));
        yield new ContentBlock.FileBlock(
            image.requiredText("url"), null, null, image.text("detail"), null);
      }
      case "input_audio" -> {
        JsonFields audio = JsonFields.of(part.pathOf("input_audio"), part.required("input_audio"));
        yield new ContentBlock.FileBlock(
            null, audio.requiredText("data"), "audio/" + audio.requiredText("format"), null, null);
      }
      case "file" -> {
        JsonFields file = JsonFields.of(part.pathOf("file"), part.required("file"));
        String data = file.requiredText("file_data");
        int comma = data.startsWith("data:") ? data.indexOf(";base64,") : -1;
        yield new ContentBlock.FileBlock(
            null,
            comma < 0 ? data : data.substring(comma + 8),
            comma < 0 ? "application/pdf" : data.substring(5, comma),
            null,
            file.text("filename"));
      }
      case "refusal" -> new ContentBlock.Text(part.requiredText("refusal"));
      case "tensorzero::raw_text" -> new ContentBlock.RawText(part.requiredText("value"));
      case "tensorzero::template" -> {
        JsonNode arguments = part.required("arguments");
        if (!(arguments instanceof ObjectNode object)) {
          throw part.wrongType("arguments", "an object", arguments);
        }
        yield new ContentBlock.TemplateUse(part.requiredText("name"), object);
      }
      default ->
          throw new FieldException(
              part.pathOf("type"),
              "`%s` is not a content part that is known here: use text, image_url, input_audio or file"
                  .formatted(part.pathOf("type")));
    };
  }

  private static InputMessage assistant(JsonFields message, Map<String, String> callNames) {
    List<ContentBlock> blocks = new ArrayList<>();
    if (message.has("content")) {
      blocks.addAll(parts(message, "assistant"));
    } else if (message.has("refusal")) {
      blocks.add(new ContentBlock.Text(message.requiredText("refusal")));
    }
    List<JsonNode> calls = message.list("tool_calls");
    for (int i = 0; i < calls.size(); i++) {
      JsonFields call = JsonFields.of(message.pathOf("tool_calls[%d]".formatted(i)), calls.get(i));
      JsonFields function = JsonFields.of(call.pathOf("function"), call.required("function"));
      String id = call.requiredText("id");
      String name = function.requiredText("name");
      callNames.put(id, name);
      String arguments = function.text("arguments");
      blocks.add(new ContentBlock.ToolCall(id, name, arguments == null ? "{}" : arguments));
    }
    for (ContentBlock block : blocks) {
      if (block instanceof ContentBlock.FileBlock) {
        throw new FieldException(
            message.pathOf("content"),
            "`%s`: assistant messages hold text and tool calls"
                .formatted(message.pathOf("content")));
      }
    }
    return new InputMessage(InputMessage.Role.ASSISTANT, blocks);
  }

  private static ContentBlock toolResult(JsonFields message, Map<String, String> callNames) {
    String id = message.requiredText("tool_call_id");
    String name = callNames.get(id);
    if (name == null) {
      throw new FieldException(
          message.pathOf("tool_call_id"),
          "`%s` names no tool call of an earlier assistant message"
              .formatted(message.pathOf("tool_call_id")));
    }
    return new ContentBlock.ToolResult(id, name, plainText(message, "Tool"));
  }

  // ---- tools, format ---------------------------------------------------------------------------

  private static ToolOptions tools(JsonFields body) {
    List<ToolSpec> tools = new ArrayList<>();
    List<JsonNode> given = body.list("tools");
    for (int i = 0; i < given.size(); i++) {
      JsonFields tool = JsonFields.of("tools[%d]".formatted(i), given.get(i));
      String type = tool.requiredText("type");
      if (!type.equals("function")) {
        throw new FieldException(
            tool.pathOf("type"), "`%s`: only function is supported".formatted(tool.pathOf("type")));
      }
      JsonFields function = JsonFields.of(tool.pathOf("function"), tool.required("function"));
      JsonNode parameters = function.any("parameters");
      if (parameters == null) {
        parameters = Json.object().put("type", "object");
      }
      SchemaReading.checkDepth(parameters, function.pathOf("parameters"));
      tools.add(
          new ToolSpec(
              function.requiredText("name"),
              function.text("description"),
              parameters,
              function.flag("strict")));
    }
    return new ToolOptions(null, tools, toolChoice(body), body.flag("parallel_tool_calls"));
  }

  private static @Nullable ToolChoice toolChoice(JsonFields body) {
    JsonNode value = body.any("tool_choice");
    if (value == null) {
      return null;
    }
    if (value.isTextual()) {
      return switch (value.textValue()) {
        case "none" -> new ToolChoice.None();
        case "auto" -> new ToolChoice.Auto();
        case "required" -> new ToolChoice.Required();
        default -> throw unknownChoice();
      };
    }
    JsonNode name = value.path("function").path("name");
    if (value.path("type").asText().equals("function") && name.isTextual()) {
      return new ToolChoice.Specific(name.textValue());
    }
    throw unknownChoice();
  }

  private static FieldException unknownChoice() {
    return new FieldException(
        "tool_choice",
        "`tool_choice` must be none, auto, required or {\"type\": \"function\", \"function\":"
            + " {\"name\": …}}");
  }

  private static @Nullable ResponseFormat format(JsonFields body) {
    JsonFields format = body.fields("response_format");
    if (format == null) {
      return null;
    }
    format.required("type");
    String type = format.oneOf("type", "text", "json_object", "json_schema");
    if ("json_object".equals(type)) {
      return new ResponseFormat.JsonObject();
    }
    if ("json_schema".equals(type)) {
      JsonFields schema =
          JsonFields.of(format.pathOf("json_schema"), format.required("json_schema"));
      JsonNode source = schema.required("schema");
      if (!source.isObject()) {
        throw schema.wrongType("schema", "an object", source);
      }
      SchemaReading.checkDepth(source, schema.pathOf("schema"));
      return new ResponseFormat.JsonBySchema(
          schema.requiredText("name"), source, schema.flag("strict", false));
    }
    return new ResponseFormat.Text();
  }

  private static @Nullable JsonNode parameters(JsonFields body) {
    ObjectNode kept = Json.object();
    for (String name : LOGGED_PARAMETERS) {
      if (body.isGiven(name)) {
        kept.set(name, body.node().get(name));
      }
    }
    return kept.isEmpty() ? null : kept;
  }
}
