package dev.pointsman.chat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.pointsman.routing.features.Turn;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A conversation as text models see it. The router reads a request and the trainer reads the same
 * request as it was logged; both get the same turns, which a test holds.
 *
 * <p>A turn's text is what its text blocks, raw texts and template arguments say, joined with line
 * ends; what a tool returned is a turn of its own. Files, calls of tools and thoughts say nothing.
 */
public final class ConversationTurns {

  private ConversationTurns() {}

  /** Of a request. */
  public static List<Turn> of(ChatInput input) {
    List<Turn> turns = new ArrayList<>(input.messages().size() + 1);
    addSystem(input.system(), turns);
    for (InputMessage message : input.messages()) {
      StringBuilder text = new StringBuilder();
      for (ContentBlock block : message.content()) {
        switch (block) {
          case ContentBlock.Text part -> append(text, part.text());
          case ContentBlock.RawText part -> append(text, part.value());
          case ContentBlock.TemplateUse use -> appendValues(text, use.arguments());
          case ContentBlock.ToolResult result ->
              turns.add(new Turn(Turn.Role.TOOL, result.result()));
          case ContentBlock.ToolCall call -> {}
          case ContentBlock.FileBlock file -> {}
          case ContentBlock.Thought thought -> {}
        }
      }
      addTurn(message.role().label(), text, turns);
    }
    return turns;
  }

  /**
   * Of a request as {@link ChatInput#toJson} logged it; empty for anything else.
   *
   * @param logged the logged input
   */
  public static List<Turn> ofLogged(JsonNode logged) {
    List<Turn> turns = new ArrayList<>();
    JsonNode system = logged.get("system");
    addSystem(system, turns);
    for (JsonNode message : logged.path("messages")) {
      StringBuilder text = new StringBuilder();
      if (message.path("content").isTextual()) {
        append(text, message.path("content").textValue()); // as others log it
      }
      for (JsonNode block : message.path("content")) {
        switch (block.path("type").asText()) {
          case "text" -> append(text, block.path("text").asText());
          case "raw_text" -> append(text, block.path("value").asText());
          case "template" -> appendValues(text, block.path("arguments"));
          case "tool_result" -> turns.add(new Turn(Turn.Role.TOOL, block.path("result").asText()));
          default -> {}
        }
      }
      addTurn(message.path("role").asText(), text, turns);
    }
    return turns;
  }

  private static void addSystem(@Nullable JsonNode system, List<Turn> turns) {
    if (system != null) {
      StringBuilder text = new StringBuilder();
      appendValues(text, system);
      turns.add(new Turn(Turn.Role.SYSTEM, text.toString()));
    }
  }

  private static void addTurn(String role, StringBuilder text, List<Turn> turns) {
    if (!text.isEmpty()) {
      boolean user = role.equals(InputMessage.Role.USER.label());
      turns.add(new Turn(user ? Turn.Role.USER : Turn.Role.ASSISTANT, text.toString()));
    }
  }

  private static void append(StringBuilder text, String part) {
    text.append(text.isEmpty() ? "" : "\n").append(part);
  }

  /** The texts and numbers within a value, in order. */
  private static void appendValues(StringBuilder text, JsonNode value) {
    if (value.isValueNode()) {
      append(text, value.asText());
    } else {
      for (JsonNode child : value) {
        appendValues(text, child);
      }
    }
  }
}
