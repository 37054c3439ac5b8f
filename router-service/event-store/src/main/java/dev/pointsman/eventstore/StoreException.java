package dev.pointsman.eventstore;

import java.sql.SQLTimeoutException;

/** The event store could not do what it was asked; the message says what, where, and the remedy. */
public final class StoreException extends RuntimeException {
  /** With what failed. */
  public StoreException(String message, Throwable cause) {
    super(message, cause);
  }

  /** With what is wrong, found by the store itself. */
  public StoreException(String message) {
    super(message);
  }

  /** Whether a question took longer than it may. */
  public boolean timedOut() {
    return getCause() instanceof SQLTimeoutException;
  }
}
