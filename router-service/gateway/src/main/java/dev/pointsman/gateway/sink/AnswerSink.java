package dev.pointsman.gateway.sink;

/**
 * Where a request thread puts its answer: either {@link #full} once, or {@link #begin}, any number
 * of {@link #write} and {@link #end}; in both shapes {@link #fail} instead of the last step.
 *
 * <p>Used by one thread, the request thread that {@link Answers} started. When the caller leaves,
 * that thread is interrupted, whatever it waits for; after {@link #shield}, {@link #full}, {@link
 * #end} or {@link #fail} it is not interrupted any more. Byte arrays are handed over: the caller of
 * a method must not change them afterwards.
 */
public interface AnswerSink {

  /**
   * Sends the status line and headers of a streamed answer. They leave with the first chunk, not
   * before.
   *
   * @throws IllegalStateException if an answer has been begun or given already
   */
  void begin(AnswerHead head);

  /**
   * Sends one chunk and flushes it; waits while 64 KB and more are under way to a slow caller.
   *
   * @throws CallerLeftException if the caller has left; the chunk is dropped
   * @throws InterruptedException if the thread is interrupted while it waits, which also happens
   *     when the caller leaves
   * @throws IllegalStateException if the answer has not been begun, or has ended
   */
  void write(byte[] chunk) throws CallerLeftException, InterruptedException;

  /** Completes a streamed answer. Does nothing if the caller has left. */
  void end();

  /**
   * Gives the whole answer at once, with its content length. Does nothing if the caller has left.
   *
   * @throws IllegalStateException if an answer has been begun or given already
   */
  void full(AnswerHead head, byte[] body);

  /**
   * Gives up. A begun stream is cut so that the caller cannot take it for complete; before that the
   * caller gets a bare status 500. A surface that has an error body for its dialect uses {@link
   * #full} instead. Harmless after a completed answer and after the caller has left.
   */
  void fail(Throwable cause);

  /** Whether the caller left before the answer was complete. */
  boolean callerLeft();

  /**
   * Protects what must be finished in any case, such as the log record: from here on the caller's
   * departure no longer interrupts this thread, and an interrupt that is already pending is
   * cleared. {@link #write} still reports the departure.
   */
  void shield();
}
