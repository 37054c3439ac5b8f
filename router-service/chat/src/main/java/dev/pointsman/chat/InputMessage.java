package dev.pointsman.chat;

import java.util.List;
import java.util.Locale;

/** One message of the conversation. */
public record InputMessage(Role role, List<ContentBlock> content) {

  public InputMessage {
    content = List.copyOf(content);
  }

  /** Who speaks. */
  public enum Role {
    /** The caller's side, tool results included. */
    USER,
    /** The model's side. */
    ASSISTANT;

    private final String label = name().toLowerCase(Locale.ROOT);

    /** The word on the wire, and the name of the template that wraps the text. */
    public String label() {
      return label;
    }
  }
}
