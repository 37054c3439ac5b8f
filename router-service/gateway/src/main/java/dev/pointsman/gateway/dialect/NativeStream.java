package dev.pointsman.gateway.dialect;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.pointsman.chat.json.Json;
import dev.pointsman.gateway.inference.Answer;
import dev.pointsman.gateway.inference.AnswerEvent;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Chunks as TensorZero sends them: usage and finish reason in exactly one last chunk, faults in band,
 * and always a [DONE].
 */
final class NativeStream implements ChatStream {

  private final AnswerFacts facts;
  private final Map<Integer, String> callIds = new HashMap<>();

  NativeStream(AnswerFacts facts) {
    this.facts = facts;
  }

  @Override
  public byte @Nullable [] part(AnswerEvent event) {
    return switch (event) {
      case AnswerEvent.TextDelta text -> {
        if (facts.json()) {
          yield ServerSentEvents.frame(NativeDialect.head(facts).put("raw", text.text()));
        }
        ObjectNode block =
            Json.object()
                .put("type", "text")
                .put("id", Integer.toString(text.block()))
                .put("text", text.text());
        yield chunk(block);
      }
      case AnswerEvent.ThoughtDelta thought ->
          facts.json()
              ? null
              : chunk(
                  Json.object()
                      .put("type", "thought")
                      .put("id", "0")
                      .put("text", thought.text())
                      .put("signature", thought.signature())
                      .putNull("summary_id")
                      .putNull("summary_text"));
      case AnswerEvent.ToolCallDelta call -> {
        if (facts.json()) {
          yield null;
        }
        if (call.id() != null) {
          callIds.put(call.call(), call.id());
        }
        ObjectNode block =
            Json.object()
                .put("type", "tool_call")
                .put("id", callIds.getOrDefault(call.call(), Integer.toString(call.call())))
                .put("raw_name", call.name() == null ? "" : call.name())
                .put("raw_arguments", call.arguments());
        yield chunk(block);
      }
      case AnswerEvent.Fault fault ->
          ServerSentEvents.frame(Json.object().put("error", fault.message()));
      case AnswerEvent.UsageReported usage -> null;
      case AnswerEvent.Finished finished -> null;
    };
  }

  private byte[] chunk(ObjectNode block) {
    ObjectNode chunk = NativeDialect.head(facts);
    chunk.putArray("content").add(block);
    return ServerSentEvents.frame(chunk);
  }

  @Override
  public boolean survivesFaults() {
    return true;
  }

  @Override
  public byte[] end(Answer answer, AnswerUsage usage) {
    ObjectNode last = NativeDialect.head(facts);
    if (facts.json()) {
      last.put("raw", "");
    } else {
      last.putArray("content");
    }
    last.set("usage", NativeDialect.usage(usage));
    last.put("finish_reason", NativeDialect.finish(answer.finish()));
    return ServerSentEvents.joined(ServerSentEvents.frame(last), ServerSentEvents.DONE);
  }

  @Override
  public byte[] broken(String message) {
    return ServerSentEvents.joined(
        ServerSentEvents.frame(Json.object().put("error", message)), ServerSentEvents.DONE);
  }
}
