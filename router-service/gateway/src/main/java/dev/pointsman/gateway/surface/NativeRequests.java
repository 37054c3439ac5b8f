package dev.pointsman.gateway.surface;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.BooleanNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.pointsman.catalog.VariantDefinition.SamplingParameters;
import dev.pointsman.chat.ContentReading;
import dev.pointsman.chat.SchemaReading;
import dev.pointsman.chat.ToolReading;
import dev.pointsman.chat.json.FieldException;
import dev.pointsman.chat.json.Json;
import dev.pointsman.chat.json.JsonFields;
import dev.pointsman.gateway.dialect.NativeDialect;
import dev.pointsman.gateway.pipeline.InferenceCall;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Reads the body of {@code POST /inference}. */
final class NativeRequests {

  private static final NativeDialect DIALECT = new NativeDialect();
  private static final List<String> NOT_YET =
      List.of(
          "credentials",
          "extra_body",
          "extra_headers",
          "provider_tools",
          "include_raw_response",
          "include_raw_usage",
          "include_original_response",
          "include_aggregated_response",
          "internal_dynamic_variant_config");

  private NativeRequests() {}

  /** The same for a request that is only decided: there is an answer to stream nowhere. */
  static InferenceCall route(JsonNode json, InferenceCall.Origin origin, Instant now) {
    InferenceCall call = read(json, origin, now);
    if (call.stream()) {
      throw new FieldException(
          "stream", "`stream` asks for a model's answer; /v1/route only says which model to call");
    }
    if (call.functionName() == null) {
      throw new FieldException(
          "function_name", "`function_name` is required: with a model there is nothing to decide");
    }
    return call;
  }

  static InferenceCall read(JsonNode json, InferenceCall.Origin origin, Instant now) {
    JsonFields body = JsonFields.of("", json);
    String function = body.text("function_name");
    String model = body.text("model_name");
    if ((function == null) == (model == null)) {
      throw new FieldException(
          "function_name", "send exactly one of `function_name` and `model_name`");
    }
    String variant = body.text("variant_name");
    if (variant != null && model != null) {
      throw new FieldException(
          "variant_name", "`variant_name` goes with `function_name`, not with `model_name`");
    }
    JsonFields input = JsonFields.of("input", body.required("input"));
    boolean stream = body.flag("stream", false);
    for (String name : NOT_YET) {
      // `false` asks for nothing, so it is no request for what is missing.
      JsonNode value = body.any(name);
      if (value != null && !value.equals(BooleanNode.FALSE)) {
        body.unsupported(name);
      }
    }
    if (Boolean.TRUE.equals(body.flag("internal"))) {
      body.unsupported("internal");
    }
    CommonReading.cacheOptions(body, "cache_options");
    JsonFields params = body.fields("params");
    JsonFields chat = params == null ? null : params.fields("chat_completion");
    SamplingParameters sampling = sampling(chat);
    String jsonMode = chat == null ? null : chat.oneOf("json_mode", "off", "on", "strict", "tool");
    if (chat != null) {
      chat.unsupported("thinking_budget_tokens");
      chat.rejectOthers();
    }
    if (params != null) {
      params.rejectOthers();
    }
    InferenceCall call =
        new InferenceCall(
            origin,
            DIALECT,
            function,
            model,
            function == null ? String.valueOf(model) : function,
            ContentReading.input(input),
            CommonReading.episodeId(body, "episode_id", now),
            CommonReading.namespace(body, "namespace"),
            variant,
            stream,
            true,
            body.flag("dryrun", false),
            CommonReading.tags(body, "tags"),
            null,
            sampling,
            jsonMode,
            ToolReading.options(body),
            SchemaReading.schema(body, "output_schema"),
            null,
            overrides(body, params));
    body.rejectOthers();
    return call;
  }

  /** What the caller overrode, for the log; null when it was nothing. */
  private static @Nullable JsonNode overrides(JsonFields body, @Nullable JsonFields params) {
    ObjectNode overrides = Json.object();
    if (params != null) {
      overrides.setAll(params.node());
    }
    for (String name : List.of("output_schema", "tool_choice", "parallel_tool_calls")) {
      if (body.has(name)) {
        overrides.set(name, body.node().get(name));
      }
    }
    return overrides.isEmpty() ? null : overrides;
  }

  static SamplingParameters sampling(@Nullable JsonFields chat) {
    if (chat == null) {
      return new SamplingParameters(
          null, null, null, null, null, null, List.of(), null, null, null);
    }
    Long maxTokens = chat.whole("max_tokens", 1, Integer.MAX_VALUE);
    List<String> stop = chat.texts("stop_sequences");
    return new SamplingParameters(
        chat.number("temperature"),
        maxTokens == null ? null : maxTokens.intValue(),
        chat.whole("seed", Long.MIN_VALUE, Long.MAX_VALUE),
        chat.number("top_p"),
        chat.number("presence_penalty"),
        chat.number("frequency_penalty"),
        stop == null ? List.of() : stop,
        chat.text("reasoning_effort"),
        chat.text("service_tier"),
        chat.text("verbosity"));
  }
}
