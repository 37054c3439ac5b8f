package dev.pointsman.gateway.provider;

import dev.pointsman.gateway.inference.AnswerEvent;
import org.jspecify.annotations.Nullable;

/** An answer under way. Used by one thread; closing it before its end aborts the call. */
public interface ProviderAnswer extends AutoCloseable {

  /**
   * The next event, null at the end of a complete answer.
   *
   * @param by {@link System#nanoTime()} by which it must have come
   * @throws ProviderFailureException if the answer broke, or ended without a finish reason
   */
  @Nullable AnswerEvent next(long by) throws ProviderFailureException, InterruptedException;

  /** The HTTP status, null where there is none. */
  @Nullable Integer httpStatus();

  /** What was sent, without secrets. */
  String rawRequest();

  /** What has come back so far, without secrets; streamed parts are joined by newlines. */
  String rawResponse();

  @Override
  void close();
}
