package dev.pointsman.routing.features;

/**
 * One message of a conversation as the features see it: who spoke, and the text of it.
 *
 * @param text all text blocks of the message, joined with line ends; empty when it has none
 */
public record Turn(Role role, String text) {

  /** Who speaks. */
  public enum Role {
    SYSTEM,
    USER,
    ASSISTANT,
    /** The result of a tool call. */
    TOOL
  }

  /** What the user says. */
  public static Turn user(String text) {
    return new Turn(Role.USER, text);
  }

  @Override
  public String toString() {
    return "Turn[%s, %d chars]".formatted(role, text.length()); // a text never reaches a log
  }
}
