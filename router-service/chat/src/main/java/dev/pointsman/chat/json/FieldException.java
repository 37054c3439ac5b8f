package dev.pointsman.chat.json;

/** A field of a body that is missing, of the wrong type, unknown or out of its bounds. */
public final class FieldException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  private final String path;

  /**
   * With the field's path, {@code input.messages[2].role}, empty for the body itself.
   *
   * @param path where
   * @param message what, where and how to mend it
   */
  public FieldException(String path, String message) {
    super(message, null, false, false);
    this.path = path;
  }

  /** Where: {@code input.messages[2].role}. */
  public String path() {
    return path;
  }
}
