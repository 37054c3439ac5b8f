package dev.pointsman.gateway.inference;

import dev.pointsman.eventlog.InferenceEvent.Tokens;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a model has answered, as far as it came.
 *
 * @param blocks in the order in which they began
 * @param finish why it stopped, null when it did not
 * @param tokens what the provider says it used
 */
public record Answer(List<Block> blocks, @Nullable FinishReason finish, Tokens tokens) {

  public Answer {
    blocks = List.copyOf(blocks);
  }

  /** A part of the answer. */
  public sealed interface Block {}

  /** Text. */
  public record TextBlock(String text) implements Block {}

  /** A call, with the arguments as the model wrote them. */
  public record ToolCallBlock(String id, String name, String arguments) implements Block {}

  /** What it thought. */
  public record ThoughtBlock(String text, @Nullable String signature) implements Block {}

  /** All text in one, null when there is no text block. */
  public @Nullable String text() {
    String text = null;
    for (Block block : blocks) {
      if (block instanceof TextBlock part) {
        text = text == null ? part.text() : text.concat(part.text());
      }
    }
    return text;
  }
}
