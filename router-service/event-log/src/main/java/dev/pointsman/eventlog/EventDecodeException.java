package dev.pointsman.eventlog;

/** Bytes that are no event of a version this program reads: broken, foreign, or written later. */
public final class EventDecodeException extends RuntimeException {
  /** With what is wrong and where. */
  public EventDecodeException(String message) {
    super(message);
  }

  /** With what is wrong and where, and what noticed it. */
  public EventDecodeException(String message, Throwable cause) {
    super(message, cause);
  }
}
