package dev.pointsman.gateway.dialect;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.pointsman.chat.CheckedOutput;
import dev.pointsman.chat.json.Json;
import dev.pointsman.gateway.inference.Answer;
import dev.pointsman.gateway.inference.FinishReason;
import dev.pointsman.gateway.inference.Refusal;
import java.math.BigDecimal;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** Answers of {@code POST /inference} as TensorZero's clients read them. */
public final class NativeDialect implements ChatDialect {

  @Override
  public String surface() {
    return "native";
  }

  @Override
  public byte[] whole(AnswerFacts facts, Answer answer, AnswerUsage usage) {
    ObjectNode body = head(facts);
    if (facts.json()) {
      body.set("output", CheckedOutput.json(answer.text(), facts.outputSchema()));
    } else {
      body.set("content", content(facts, answer));
    }
    body.set("usage", usage(usage));
    body.put("finish_reason", finish(answer.finish()));
    return Json.bytes(body);
  }

  static ObjectNode head(AnswerFacts facts) {
    return Json.object()
        .put("inference_id", facts.inferenceId().toString())
        .put("episode_id", facts.episodeId().toString())
        .put("variant_name", facts.variantName());
  }

  static String finish(@Nullable FinishReason reason) {
    return reason == null ? FinishReason.UNKNOWN.label() : reason.label();
  }

  /** The content blocks of an answer, tool calls checked against their schemas. */
  public static ArrayNode content(AnswerFacts facts, Answer answer) {
    ArrayNode content = Json.array();
    for (Answer.Block block : answer.blocks()) {
      switch (block) {
        case Answer.TextBlock text ->
            content.addObject().put("type", "text").put("text", text.text());
        case Answer.ThoughtBlock thought ->
            content
                .addObject()
                .put("type", "thought")
                .put("text", thought.text())
                .put("signature", thought.signature());
        case Answer.ToolCallBlock call ->
            content.add(
                CheckedOutput.toolCall(call.id(), call.name(), call.arguments(), facts.tools()));
      }
    }
    return content;
  }

  static ObjectNode usage(AnswerUsage usage) {
    ObjectNode used =
        Json.object()
            .put("input_tokens", usage.tokens().input())
            .put("output_tokens", usage.tokens().output());
    Long nanos = usage.costNanos();
    if (nanos == null) {
      used.putNull("cost");
    } else {
      used.put("cost", BigDecimal.valueOf(nanos, 9).stripTrailingZeros());
    }
    if (usage.tokens().cachedInput() != null) {
      used.put("provider_cache_read_input_tokens", usage.tokens().cachedInput());
    }
    if (usage.tokens().cacheWrite() != null) {
      used.put("provider_cache_write_input_tokens", usage.tokens().cacheWrite());
    }
    return used;
  }

  @Override
  public ChatStream stream(AnswerFacts facts) {
    return new NativeStream(facts);
  }

  @Override
  public RefusalAnswer refusal(Refusal refusal) {
    return switch (refusal) {
      case Refusal.Malformed malformed -> answer(400, malformed.message(), null);
      case Refusal.ModelFieldMalformed malformed -> answer(400, malformed.message(), null);
      case Refusal.UnknownFunction unknown -> answer(404, unknown.message(), null);
      case Refusal.UnknownModel unknown -> answer(400, unknown.message(), null);
      case Refusal.UnknownVariant unknown -> answer(404, unknown.message(), null);
      case Refusal.TooLarge large -> answer(413, large.message(), null);
      case Refusal.ForeignOrigin foreign -> answer(403, foreign.message(), null);
      case Refusal.Overloaded overloaded ->
          answer(503, overloaded.message(), overloaded.retryAfter());
      case Refusal.NothingEligible none -> answer(400, none.message(), null);
      case Refusal.DeadlinePassed late -> answer(late.pinned() ? 408 : 502, late.message(), null);
      case Refusal.UpstreamFailed failed ->
          answer(failed.pinned() ? 500 : 502, failed.message(), failed.retryAfter());
      case Refusal.Internal internal -> answer(500, internal.message(), null);
    };
  }

  private static RefusalAnswer answer(int status, String message, @Nullable Duration retryAfter) {
    return new RefusalAnswer(status, Json.bytes(Json.object().put("error", message)), retryAfter);
  }
}
