package dev.pointsman.gateway.provider.openai;

import com.fasterxml.jackson.databind.JsonNode;
import dev.pointsman.eventlog.InferenceEvent.Tokens;
import dev.pointsman.gateway.inference.AnswerEvent;
import dev.pointsman.gateway.inference.FinishReason;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Answer events out of chat completions and chat completion chunks. Only choice 0 is read. */
final class ChatEvents {

  private ChatEvents() {}

  /**
   * The events of a whole completion or of one chunk.
   *
   * @param part {@code message} in a completion, {@code delta} in a chunk
   * @return false if there is no list of choices
   */
  static boolean read(JsonNode response, String part, Consumer<AnswerEvent> events) {
    JsonNode choices = response.path("choices");
    if (!choices.isArray()) {
      return false;
    }
    for (JsonNode choice : choices) {
      if (choice.path("index").asInt(0) != 0) {
        continue;
      }
      content(choice.path(part), events);
      JsonNode reason = choice.path("finish_reason");
      if (reason.isTextual()) {
        events.accept(new AnswerEvent.Finished(FinishReason.ofOpenAi(reason.textValue())));
      }
    }
    JsonNode usage = response.path("usage");
    if (usage.isObject()) {
      events.accept(new AnswerEvent.UsageReported(tokens(usage), response));
    }
    return true;
  }

  private static void content(JsonNode message, Consumer<AnswerEvent> events) {
    JsonNode reasoning = message.path("reasoning_content");
    if (!reasoning.isTextual()) {
      reasoning = message.path("reasoning");
    }
    if (reasoning.isTextual() && !reasoning.textValue().isEmpty()) {
      events.accept(new AnswerEvent.ThoughtDelta(reasoning.textValue(), null));
    }
    JsonNode text = message.path("content");
    if (text.isTextual()) {
      events.accept(new AnswerEvent.TextDelta(0, text.textValue()));
    }
    JsonNode refusal = message.path("refusal");
    if (refusal.isTextual() && !refusal.textValue().isEmpty()) {
      events.accept(new AnswerEvent.TextDelta(0, refusal.textValue()));
    }
    int position = 0;
    for (JsonNode call : message.path("tool_calls")) {
      JsonNode function = call.path("function");
      events.accept(
          new AnswerEvent.ToolCallDelta(
              call.path("index").asInt(position),
              textOrNull(call.path("id")),
              textOrNull(function.path("name")),
              function.path("arguments").asText("")));
      position++;
    }
  }

  private static @Nullable String textOrNull(JsonNode value) {
    return value.isTextual() && !value.textValue().isEmpty() ? value.textValue() : null;
  }

  private static Tokens tokens(JsonNode usage) {
    return new Tokens(
        count(usage.path("prompt_tokens")),
        count(usage.path("completion_tokens")),
        count(usage.path("prompt_tokens_details").path("cached_tokens")),
        null,
        count(usage.path("completion_tokens_details").path("reasoning_tokens")));
  }

  private static @Nullable Long count(JsonNode value) {
    return value.isIntegralNumber() && value.canConvertToLong() && value.longValue() >= 0
        ? value.longValue()
        : null;
  }
}
