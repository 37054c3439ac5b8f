package dev.pointsman.chat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.pointsman.chat.json.FieldException;
import dev.pointsman.chat.json.Json;
import dev.pointsman.chat.json.JsonFields;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Reads the native surface's {@code input}. */
public final class ContentReading {

  private ContentReading() {}

  /** The conversation in an object with the fields {@code system} and {@code messages}. */
  public static ChatInput input(JsonFields input) {
    JsonNode system = input.any("system");
    if (system != null && !system.isTextual() && !system.isObject()) {
      throw input.wrongType("system", "a string or an object", system);
    }
    List<InputMessage> messages = new ArrayList<>();
    List<JsonNode> given = input.list("messages");
    for (int i = 0; i < given.size(); i++) {
      messages.add(message(JsonFields.of(input.pathOf("messages[%d]".formatted(i)), given.get(i))));
    }
    input.rejectOthers();
    return new ChatInput(system, messages);
  }

  private static InputMessage message(JsonFields message) {
    message.required("role");
    String role = message.oneOf("role", "user", "assistant");
    InputMessage.Role who =
        "assistant".equals(role) ? InputMessage.Role.ASSISTANT : InputMessage.Role.USER;
    JsonNode content = message.required("content");
    List<ContentBlock> blocks = new ArrayList<>();
    if (content.isTextual()) {
      blocks.add(new ContentBlock.Text(content.textValue()));
    } else if (content instanceof ObjectNode arguments) {
      blocks.add(new ContentBlock.TemplateUse(who.label(), arguments));
    } else if (content.isArray()) {
      for (int i = 0; i < content.size(); i++) {
        JsonFields block =
            JsonFields.of(message.pathOf("content[%d]".formatted(i)), content.get(i));
        blocks.add(block(block, who));
        block.rejectOthers();
      }
    } else {
      throw message.wrongType("content", "a string, an object or an array", content);
    }
    message.rejectOthers();
    return new InputMessage(who, blocks);
  }

  private static ContentBlock block(JsonFields block, InputMessage.Role role) {
    String type = block.requiredText("type");
    ContentBlock result =
        switch (type) {
          case "text" -> text(block, role);
          case "template" ->
              new ContentBlock.TemplateUse(block.requiredText("name"), object(block, "arguments"));
          case "raw_text" -> new ContentBlock.RawText(block.requiredText("value"));
          case "tool_call" -> toolCall(block);
          case "tool_result" ->
              new ContentBlock.ToolResult(
                  block.requiredText("id"),
                  block.requiredText("name"),
                  block.requiredText("result"));
          case "file", "image" -> file(block);
          case "thought" -> {
            block.any("summary");
            yield new ContentBlock.Thought(block.text("text"), block.text("signature"));
          }
          case "unknown" ->
              throw new FieldException(
                  block.pathOf("type"),
                  "`%s`: blocks of type unknown are not supported yet"
                      .formatted(block.pathOf("type")));
          default ->
              throw new FieldException(
                  block.pathOf("type"),
                  "`%s` must be one of text, template, raw_text, tool_call, tool_result, file, thought"
                      .formatted(block.pathOf("type")));
        };
    boolean fits =
        switch (result) {
          case ContentBlock.ToolCall call -> role == InputMessage.Role.ASSISTANT;
          case ContentBlock.Thought thought -> role == InputMessage.Role.ASSISTANT;
          case ContentBlock.ToolResult answer -> role == InputMessage.Role.USER;
          case ContentBlock.FileBlock file -> role == InputMessage.Role.USER;
          default -> true;
        };
    if (!fits) {
      throw new FieldException(
          block.path(),
          "`%s`: a block of type %s does not belong into a message of role %s"
              .formatted(block.path(), type, role.label()));
    }
    return result;
  }

  private static ContentBlock text(JsonFields block, InputMessage.Role role) {
    String text = block.text("text");
    JsonNode arguments = block.any("arguments");
    if ((text == null) == (arguments == null)) {
      throw new FieldException(
          block.path(),
          "`%s` must have exactly one of `text` and `arguments`".formatted(block.path()));
    }
    return text == null
        ? new ContentBlock.TemplateUse(role.label(), object(block, "arguments"))
        : new ContentBlock.Text(text);
  }

  private static ObjectNode object(JsonFields fields, String name) {
    JsonNode value = fields.required(name);
    if (value instanceof ObjectNode object) {
      return object;
    }
    throw fields.wrongType(name, "an object", value);
  }

  private static ContentBlock toolCall(JsonFields block) {
    String id = block.requiredText("id");
    String rawName = block.text("raw_name");
    String name = block.text("name");
    JsonNode rawArguments = block.any("raw_arguments");
    JsonNode arguments = block.any("arguments");
    String called = rawName == null ? name : rawName;
    if (called == null) {
      throw block.missing("name");
    }
    JsonNode with = rawArguments == null ? arguments : rawArguments;
    if (with == null) {
      throw block.missing("arguments");
    }
    return new ContentBlock.ToolCall(
        id, called, with.isTextual() ? with.textValue() : Json.text(with));
  }

  private static ContentBlock file(JsonFields block) {
    String kind = block.text("file_type");
    String url = block.text("url");
    String data = block.text("data");
    if (kind == null) {
      kind = url == null ? "base64" : "url";
    }
    @Nullable String mime = block.text("mime_type");
    @Nullable String detail = block.oneOf("detail", "low", "high", "auto");
    @Nullable String filename = block.text("filename");
    return switch (kind) {
      case "url" -> {
        if (url == null) {
          throw block.missing("url");
        }
        yield new ContentBlock.FileBlock(url, null, mime, detail, filename);
      }
      case "base64" -> {
        if (data == null) {
          throw block.missing("data");
        }
        yield new ContentBlock.FileBlock(null, data, mime, detail, filename);
      }
      default ->
          throw new FieldException(
              block.pathOf("file_type"),
              "`%s` must be url or base64".formatted(block.pathOf("file_type")));
    };
  }
}
