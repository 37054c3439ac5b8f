package dev.pointsman.chat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import org.jspecify.annotations.Nullable;

/** A part of a message that is sent to a model. */
public sealed interface ContentBlock {

  /** Text that the variant's template for the role may wrap. */
  record Text(String text) implements ContentBlock {}

  /** Text that goes to the model as it is. */
  record RawText(String value) implements ContentBlock {}

  /** Arguments of one of the function's templates. */
  record TemplateUse(String name, ObjectNode arguments) implements ContentBlock {}

  /**
   * A call that the model made earlier.
   *
   * @param arguments the arguments as the model wrote them, JSON text
   */
  record ToolCall(String id, String name, String arguments) implements ContentBlock {}

  /** What the caller's tool returned. */
  record ToolResult(String id, String name, String result) implements ContentBlock {}

  /**
   * A picture, a sound or a document; exactly one of {@code url} and {@code data} is set.
   *
   * @param data base64
   * @param detail how closely to look at a picture: {@code low}, {@code high}, {@code auto}
   */
  record FileBlock(
      @Nullable String url,
      @Nullable String data,
      @Nullable String mimeType,
      @Nullable String detail,
      @Nullable String filename)
      implements ContentBlock {}

  /** What the model thought earlier. */
  record Thought(@Nullable String text, @Nullable String signature) implements ContentBlock {}
}
