package dev.pointsman.eventlog;

/** An event could not be written; the caller must not treat it as logged. */
public final class AppendFailedException extends RuntimeException {
  /** With what failed. */
  public AppendFailedException(String message, Throwable cause) {
    super(message, cause);
  }
}
