package dev.pointsman.eventstore;

/**
 * A line of an import is no row: says which column and why, never the value, which may be text of
 * users.
 */
final class UnreadableLineException extends Exception {

  private static final long serialVersionUID = 1;

  private final String reason;

  UnreadableLineException(String reason) {
    super(reason, null, false, false);
    this.reason = reason;
  }

  String reason() {
    return reason;
  }
}
