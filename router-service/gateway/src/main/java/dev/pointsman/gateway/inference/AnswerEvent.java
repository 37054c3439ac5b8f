package dev.pointsman.gateway.inference;

import com.fasterxml.jackson.databind.JsonNode;
import dev.pointsman.eventlog.InferenceEvent.Tokens;
import org.jspecify.annotations.Nullable;

/**
 * One step of an answer as it comes from a provider, streamed or not; a whole answer is a stream of
 * few events. {@link Finished} is there in every complete answer, {@link UsageReported} in most.
 */
public sealed interface AnswerEvent {

  /**
   * More text.
   *
   * @param block the text block it belongs to, counted from 0
   */
  record TextDelta(int block, String text) implements AnswerEvent {}

  /**
   * More of a tool call.
   *
   * @param call the call it belongs to, counted from 0
   * @param id the call's id, only on its first event
   * @param name the tool's name or a part of it, null when this event has none
   * @param arguments a part of the arguments' JSON text, may be empty
   */
  record ToolCallDelta(int call, @Nullable String id, @Nullable String name, String arguments)
      implements AnswerEvent {}

  /** More of what the model thinks. */
  record ThoughtDelta(@Nullable String text, @Nullable String signature) implements AnswerEvent {}

  /**
   * What the provider says it used.
   *
   * @param raw the response or chunk that says so; cost pointers read it
   */
  record UsageReported(Tokens tokens, JsonNode raw) implements AnswerEvent {}

  /** Why the model stopped. */
  record Finished(FinishReason reason) implements AnswerEvent {}

  /** A fault inside a stream that goes on after it. */
  record Fault(String errorClass, String message) implements AnswerEvent {}
}
