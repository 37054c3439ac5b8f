package dev.pointsman.gateway.dialect;

import dev.pointsman.gateway.inference.Answer;
import dev.pointsman.gateway.inference.Refusal;

/**
 * A protocol's way of writing answers and refusals. Whatever differs between protocols is a method
 * here; nothing else asks which protocol it is.
 */
public sealed interface ChatDialect permits OpenAiDialect, NativeDialect {

  /** The stored name of the surface. */
  String surface();

  /** A whole answer. */
  byte[] whole(AnswerFacts facts, Answer answer, AnswerUsage usage);

  /** The writer of one streamed answer. */
  ChatStream stream(AnswerFacts facts);

  /** A refusal before anything was sent. */
  RefusalAnswer refusal(Refusal refusal);
}
