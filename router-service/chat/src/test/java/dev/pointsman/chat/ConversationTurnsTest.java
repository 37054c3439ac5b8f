package dev.pointsman.chat;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.TextNode;
import dev.pointsman.chat.json.Json;
import dev.pointsman.routing.features.Turn;
import java.util.List;
import org.junit.jupiter.api.Test;

final class ConversationTurnsTest {

  private static ChatInput conversation() {
    return new ChatInput(
        TextNode.valueOf("Be brief."),
        List.of(
            new InputMessage(
                InputMessage.Role.USER,
                List.of(
                    new ContentBlock.Text("What is  this?\n"),
                    new ContentBlock.RawText("raw"),
                    new ContentBlock.FileBlock("https://example.org/a.png", null, null, null, null),
                    new ContentBlock.TemplateUse(
                        "ask", Json.object().put("topic", "tax").put("year", 2026)))),
            new InputMessage(
                InputMessage.Role.ASSISTANT,
                List.of(
                    new ContentBlock.Thought("hm", null),
                    new ContentBlock.ToolCall("1", "look", "{\"q\":1}"))),
            new InputMessage(
                InputMessage.Role.USER, List.of(new ContentBlock.ToolResult("1", "look", "12"))),
            new InputMessage(
                InputMessage.Role.ASSISTANT, List.of(new ContentBlock.Text("Ünïcode 𝄞")))));
  }

  @Test
  void of_everyKindOfBlock_keepsWhatIsSaid() {
    assertThat(ConversationTurns.of(conversation()))
        .containsExactly(
            new Turn(Turn.Role.SYSTEM, "Be brief."),
            new Turn(Turn.Role.USER, "What is  this?\n\nraw\ntax\n2026"),
            new Turn(Turn.Role.TOOL, "12"),
            new Turn(Turn.Role.ASSISTANT, "Ünïcode 𝄞"));
  }

  @Test
  void ofLogged_whatToJsonWrote_isWhatTheRouterSaw() throws Exception {
    String logged = conversation().toJson().toString();
    assertThat(ConversationTurns.ofLogged(new ObjectMapper().readTree(logged)))
        .isEqualTo(ConversationTurns.of(conversation()));
  }

  @Test
  void ofLogged_contentThatIsATextAlone_isThatText() throws Exception {
    String imported = "{\"messages\":[{\"role\":\"user\",\"content\":\"Hi.\"}]}";
    assertThat(ConversationTurns.ofLogged(new ObjectMapper().readTree(imported)))
        .containsExactly(Turn.user("Hi."));
  }

  @Test
  void ofLogged_anythingElse_isEmpty() throws Exception {
    assertThat(ConversationTurns.ofLogged(new ObjectMapper().readTree("[1]"))).isEmpty();
    assertThat(ConversationTurns.ofLogged(new ObjectMapper().readTree("\"head of it\""))).isEmpty();
  }
}
