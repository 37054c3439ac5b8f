package dev.pointsman.gateway.dialect;

import dev.pointsman.gateway.inference.Answer;
import dev.pointsman.gateway.inference.AnswerEvent;
import org.jspecify.annotations.Nullable;

/** Writes one streamed answer as server-sent events. Used by one thread. */
public sealed interface ChatStream permits OpenAiStream, NativeStream {

  /** The bytes of an event, null when it is not shown or is kept for the end. */
  byte @Nullable [] part(AnswerEvent event);

  /** Whether the stream goes on after a fault that the provider went on after. */
  boolean survivesFaults();

  /** The last bytes of a complete answer. */
  byte[] end(Answer answer, AnswerUsage usage);

  /** The last bytes of an answer that broke. */
  byte[] broken(String message);
}
