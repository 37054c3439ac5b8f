package dev.pointsman.gateway.dialect;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.pointsman.chat.json.Json;
import dev.pointsman.eventlog.InferenceEvent.Tokens;
import dev.pointsman.gateway.inference.Answer;
import dev.pointsman.gateway.inference.FinishReason;
import dev.pointsman.gateway.inference.Refusal;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Chat completions as OpenAI's own clients read them. */
public final class OpenAiDialect implements ChatDialect {

  @Override
  public String surface() {
    return "openai";
  }

  @Override
  public byte[] whole(AnswerFacts facts, Answer answer, AnswerUsage usage) {
    ObjectNode body = head(facts, "chat.completion");
    ObjectNode choice = body.putArray("choices").addObject().put("index", 0);
    ObjectNode message = choice.putObject("message").put("role", "assistant");
    message.put("content", answer.text());
    message.putNull("refusal");
    ArrayNode calls = Json.array();
    StringBuilder thoughts = new StringBuilder();
    for (Answer.Block block : answer.blocks()) {
      switch (block) {
        case Answer.ToolCallBlock call ->
            calls
                .addObject()
                .put("id", call.id())
                .put("type", "function")
                .putObject("function")
                .put("name", call.name())
                .put("arguments", call.arguments());
        case Answer.ThoughtBlock thought -> thoughts.append(thought.text());
        case Answer.TextBlock text -> {}
      }
    }
    if (!calls.isEmpty()) {
      message.set("tool_calls", calls);
    }
    if (!thoughts.isEmpty()) {
      message.put("reasoning_content", thoughts.toString());
    }
    choice.putNull("logprobs");
    choice.put("finish_reason", finish(answer.finish()));
    ObjectNode used = usage(usage.tokens());
    if (used != null) {
      body.set("usage", used);
    }
    return Json.bytes(body);
  }

  static String finish(@Nullable FinishReason reason) {
    return reason == null ? "stop" : reason.openAi();
  }

  static ObjectNode head(AnswerFacts facts, String object) {
    return Json.object()
        .put("id", facts.inferenceId().toString())
        .put("object", object)
        .put("created", facts.createdAt().getEpochSecond())
        .put("model", facts.requestedModel());
  }

  /** Null when the provider did not say; a guess is not passed on. */
  static @Nullable ObjectNode usage(Tokens tokens) {
    if (tokens.input() == null || tokens.output() == null) {
      return null;
    }
    ObjectNode used =
        Json.object()
            .put("prompt_tokens", tokens.input())
            .put("completion_tokens", tokens.output())
            .put("total_tokens", tokens.input() + tokens.output());
    if (tokens.cachedInput() != null) {
      used.putObject("prompt_tokens_details").put("cached_tokens", tokens.cachedInput());
    }
    if (tokens.reasoning() != null) {
      used.putObject("completion_tokens_details").put("reasoning_tokens", tokens.reasoning());
    }
    return used;
  }

  @Override
  public ChatStream stream(AnswerFacts facts) {
    return new OpenAiStream(facts);
  }

  @Override
  public RefusalAnswer refusal(Refusal refusal) {
    return switch (refusal) {
      case Refusal.Malformed malformed ->
          request(400, malformed.message(), malformed.param(), null);
      case Refusal.ModelFieldMalformed malformed ->
          request(404, malformed.message(), "model", "model_not_found");
      case Refusal.UnknownFunction unknown ->
          request(404, unknown.message(), "model", "model_not_found");
      case Refusal.UnknownModel unknown ->
          request(404, unknown.message(), "model", "model_not_found");
      case Refusal.UnknownVariant unknown ->
          request(404, unknown.message(), "pointsman.variant", "variant_not_found");
      case Refusal.TooLarge large -> request(413, large.message(), null, "request_too_large");
      case Refusal.ForeignOrigin foreign ->
          answer(403, "permission_error", "foreign_origin", null, foreign.message(), null, null);
      case Refusal.Overloaded overloaded ->
          answer(
              503,
              "overloaded_error",
              "overloaded",
              null,
              overloaded.message(),
              overloaded.retryAfter(),
              null);
      case Refusal.NothingEligible none -> request(400, none.message(), null, null);
      case Refusal.DeadlinePassed late ->
          answer(504, "timeout_error", "timeout", null, late.message(), null, null);
      case Refusal.UpstreamFailed failed -> upstream(failed);
      case Refusal.Internal internal ->
          answer(500, "server_error", "internal_error", null, internal.message(), null, null);
    };
  }

  private static RefusalAnswer upstream(Refusal.UpstreamFailed failed) {
    Integer given = failed.httpStatus();
    return switch (failed.kind()) {
      case REQUEST_REJECTED -> upstream(given == null ? 400 : given, "upstream_rejected", failed);
      case CONTEXT_TOO_LONG ->
          request(400, failed.message(), "messages", "context_length_exceeded");
      case RATE_LIMITED -> upstream(429, "rate_limit_exceeded", failed);
      case TIMED_OUT -> upstream(504, "timeout", failed);
      case BROKEN -> upstream(502, "upstream_failed", failed);
    };
  }

  private static RefusalAnswer upstream(int status, String code, Refusal.UpstreamFailed failed) {
    return answer(
        status,
        "upstream_error",
        code,
        null,
        failed.message(),
        failed.retryAfter(),
        failed.attempts());
  }

  private static RefusalAnswer request(
      int status, String message, @Nullable String param, @Nullable String code) {
    return answer(status, "invalid_request_error", code, param, message, null, null);
  }

  private static RefusalAnswer answer(
      int status,
      String type,
      @Nullable String code,
      @Nullable String param,
      String message,
      @Nullable Duration retryAfter,
      @Nullable List<String> attempts) {
    ObjectNode body = Json.object();
    ObjectNode error = error(message, type, param, code);
    if (attempts != null) {
      ArrayNode list = error.putArray("attempts");
      attempts.forEach(list::add);
    }
    body.set("error", error);
    return new RefusalAnswer(status, Json.bytes(body), retryAfter);
  }

  /** The error object, always with all four keys. */
  public static ObjectNode error(
      String message, String type, @Nullable String param, @Nullable String code) {
    return Json.object()
        .put("message", message)
        .put("type", type)
        .put("param", param)
        .put("code", code);
  }
}
