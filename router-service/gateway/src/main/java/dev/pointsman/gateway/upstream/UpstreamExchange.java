package dev.pointsman.gateway.upstream;

/**
 * One request to an upstream and its response, read in order: {@link #head}, then {@link
 * #nextChunk} until it returns an empty array.
 *
 * <p>Used by one thread. Deadlines are values of {@link System#nanoTime()}. A waiting call that is
 * interrupted throws {@link InterruptedException} at once; the exchange is then still open, and
 * {@link #close} ends it. The upstream is read no faster than chunks are taken: at 64 KB waiting it
 * is paused, below 16 KB resumed.
 */
public interface UpstreamExchange extends AutoCloseable {

  /**
   * Status and headers, waited for until the deadline. May be called again.
   *
   * @throws DeadlineExceededException if they have not come in time
   * @throws UpstreamException if they cannot come; the cases are its subtypes
   */
  UpstreamHead head(long deadlineNanos) throws UpstreamException, InterruptedException;

  /**
   * The next bytes of the body as they came from the wire, not aligned to lines or events; an empty
   * array at the end of a complete body, and at every call after it.
   *
   * @throws DeadlineExceededException if nothing has come in time
   * @throws UpstreamException if the body was cut or broken; bytes received before it have been
   *     returned first
   */
  byte[] nextChunk(long deadlineNanos) throws UpstreamException, InterruptedException;

  /** Closes the connection under a response that is still under way; callable by any thread. */
  void abort();

  /**
   * Ends the exchange: a response read to its end, or received to its end, leaves its connection to
   * the next exchange; anything else is an {@link #abort}.
   */
  @Override
  void close();
}
