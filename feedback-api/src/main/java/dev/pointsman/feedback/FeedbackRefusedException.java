package dev.pointsman.feedback;

import org.jspecify.annotations.Nullable;

/** A feedback that is not taken; nothing was stored. */
public final class FeedbackRefusedException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  private final int status;
  private final @Nullable String param;

  /**
   * With what is wrong.
   *
   * @param status the HTTP status: 400, 404 or 503
   * @param param the field at fault, null when none is
   * @param message what, where and how to mend it
   */
  FeedbackRefusedException(int status, @Nullable String param, String message) {
    super(message, null, false, false);
    this.status = status;
    this.param = param;
  }

  /** The HTTP status: 400, 404 or 503. */
  public int status() {
    return status;
  }

  /** The field at fault, null when none is. */
  public @Nullable String param() {
    return param;
  }
}
