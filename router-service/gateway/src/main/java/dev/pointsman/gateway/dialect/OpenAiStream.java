package dev.pointsman.gateway.dialect;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.pointsman.chat.json.Json;
import dev.pointsman.gateway.inference.Answer;
import dev.pointsman.gateway.inference.AnswerEvent;
import dev.pointsman.gateway.inference.FinishReason;
import org.jspecify.annotations.Nullable;

/** Chunks as OpenAI sends them: the finish reason, the usage if asked for, and [DONE] at the end. */
final class OpenAiStream implements ChatStream {

  private final AnswerFacts facts;
  private boolean roleSent;

  OpenAiStream(AnswerFacts facts) {
    this.facts = facts;
  }

  @Override
  public byte @Nullable [] part(AnswerEvent event) {
    return switch (event) {
      case AnswerEvent.TextDelta text -> delta(Json.object().put("content", text.text()));
      case AnswerEvent.ThoughtDelta thought ->
          thought.text() == null
              ? null
              : delta(Json.object().put("reasoning_content", thought.text()));
      case AnswerEvent.ToolCallDelta call -> {
        ObjectNode delta = Json.object();
        ObjectNode entry = delta.putArray("tool_calls").addObject().put("index", call.call());
        if (call.id() != null) {
          entry.put("id", call.id()).put("type", "function");
        }
        ObjectNode function = entry.putObject("function");
        if (call.name() != null) {
          function.put("name", call.name());
        }
        function.put("arguments", call.arguments());
        yield delta(delta);
      }
      case AnswerEvent.UsageReported usage -> null;
      case AnswerEvent.Finished finished -> null;
      case AnswerEvent.Fault fault -> null;
    };
  }

  private byte[] delta(ObjectNode delta) {
    return ServerSentEvents.frame(chunk(delta, null));
  }

  private ObjectNode chunk(ObjectNode delta, @Nullable FinishReason finish) {
    ObjectNode chunk = OpenAiDialect.head(facts, "chat.completion.chunk");
    ObjectNode choice = chunk.putArray("choices").addObject().put("index", 0);
    if (!roleSent) {
      roleSent = true;
      ObjectNode first = Json.object().put("role", "assistant");
      first.setAll(delta);
      choice.set("delta", first);
    } else {
      choice.set("delta", delta);
    }
    choice.putNull("logprobs");
    choice.put("finish_reason", finish == null ? null : finish.openAi());
    if (facts.usageAsked()) {
      chunk.putNull("usage");
    }
    return chunk;
  }

  @Override
  public boolean survivesFaults() {
    return false;
  }

  @Override
  public byte[] end(Answer answer, AnswerUsage usage) {
    FinishReason reason = answer.finish() == null ? FinishReason.UNKNOWN : answer.finish();
    byte[] finish = ServerSentEvents.frame(chunk(Json.object(), reason));
    if (!facts.usageAsked()) {
      return ServerSentEvents.joined(finish, ServerSentEvents.DONE);
    }
    ObjectNode last = OpenAiDialect.head(facts, "chat.completion.chunk");
    ArrayNode none = Json.array();
    last.set("choices", none);
    last.set("usage", OpenAiDialect.usage(usage.tokens()));
    return ServerSentEvents.joined(finish, ServerSentEvents.frame(last), ServerSentEvents.DONE);
  }

  @Override
  public byte[] broken(String message) {
    ObjectNode event = Json.object();
    event.set("error", OpenAiDialect.error(message, "upstream_error", null, "stream_broken"));
    return ServerSentEvents.frame(event);
  }
}
