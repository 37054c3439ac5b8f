package dev.pointsman.gateway.sink;

/** What a request thread does: produce one answer and put it into the sink. */
@FunctionalInterface
public interface RequestWork {

  /**
   * Runs once on the request thread. Whatever escapes is handed to {@link AnswerSink#fail}, and so
   * is a return without an answer.
   */
  void run(AnswerSink sink) throws Exception;
}
