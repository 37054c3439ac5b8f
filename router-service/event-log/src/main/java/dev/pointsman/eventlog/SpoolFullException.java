package dev.pointsman.eventlog;

/** The spool holds as much as it may; nothing can be admitted until the store catches up. */
public final class SpoolFullException extends RuntimeException {
  /** With the limit and the remedy. */
  public SpoolFullException(String message) {
    super(message);
  }
}
