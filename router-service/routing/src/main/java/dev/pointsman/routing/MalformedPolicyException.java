package dev.pointsman.routing;

import org.jspecify.annotations.Nullable;

/** A stored artifact or revision cannot be read; nothing of it may be used. */
public final class MalformedPolicyException extends RuntimeException {

  /** With what is wrong and where. */
  public MalformedPolicyException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
