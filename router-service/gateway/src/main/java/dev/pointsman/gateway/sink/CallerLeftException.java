package dev.pointsman.gateway.sink;

/** The caller closed its connection or reset its stream before the answer was complete. */
public final class CallerLeftException extends Exception {

  private static final long serialVersionUID = 1L;

  /** Without stack trace: leaving is ordinary, and who left is known from the request. */
  public CallerLeftException() {
    super("the caller left before the answer was complete", null, false, false);
  }
}
