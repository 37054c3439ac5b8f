package dev.pointsman.chat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.pointsman.chat.json.Json;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The conversation so far.
 *
 * @param system a text or an object of template arguments; null when there is none
 * @param messages in order
 */
public record ChatInput(@Nullable JsonNode system, List<InputMessage> messages) {

  public ChatInput {
    messages = List.copyOf(messages);
  }

  /** The logged form: the shape of the native surface's {@code input}. */
  public ObjectNode toJson() {
    ObjectNode result = Json.object();
    if (system != null) {
      result.set("system", system);
    }
    ArrayNode list = result.putArray("messages");
    for (InputMessage message : messages) {
      ObjectNode entry = list.addObject().put("role", message.role().label());
      ArrayNode content = entry.putArray("content");
      message.content().forEach(block -> content.add(toJson(block)));
    }
    return result;
  }

  /** A rough count of the tokens in all texts: four characters are one. */
  public int estimatedTokens() {
    long characters = system == null ? 0 : length(system);
    for (InputMessage message : messages) {
      for (ContentBlock block : message.content()) {
        characters +=
            switch (block) {
              case ContentBlock.Text text -> text.text().length();
              case ContentBlock.RawText text -> text.value().length();
              case ContentBlock.TemplateUse use -> length(use.arguments());
              case ContentBlock.ToolCall call -> call.arguments().length() + call.name().length();
              case ContentBlock.ToolResult result -> result.result().length();
              case ContentBlock.FileBlock file -> 1000;
              case ContentBlock.Thought thought -> 0;
            };
      }
      characters += 12;
    }
    return (int) Math.min(Integer.MAX_VALUE, (characters + 3) / 4);
  }

  private static long length(JsonNode value) {
    if (value.isTextual()) {
      return value.textValue().length();
    }
    if (!value.isContainerNode()) {
      return 4;
    }
    long total = 0;
    for (JsonNode child : value) {
      total += length(child);
    }
    return total;
  }

  private static ObjectNode toJson(ContentBlock block) {
    ObjectNode json = Json.object();
    switch (block) {
      case ContentBlock.Text text -> json.put("type", "text").put("text", text.text());
      case ContentBlock.RawText text -> json.put("type", "raw_text").put("value", text.value());
      case ContentBlock.TemplateUse use ->
          json.put("type", "template").put("name", use.name()).set("arguments", use.arguments());
      case ContentBlock.ToolCall call ->
          json.put("type", "tool_call")
              .put("id", call.id())
              .put("name", call.name())
              .put("arguments", call.arguments());
      case ContentBlock.ToolResult result ->
          json.put("type", "tool_result")
              .put("id", result.id())
              .put("name", result.name())
              .put("result", result.result());
      case ContentBlock.FileBlock file -> {
        json.put("type", "file").put("file_type", file.url() != null ? "url" : "base64");
        putIfSet(json, "url", file.url());
        putIfSet(json, "data", file.data());
        putIfSet(json, "mime_type", file.mimeType());
        putIfSet(json, "detail", file.detail());
        putIfSet(json, "filename", file.filename());
      }
      case ContentBlock.Thought thought -> {
        json.put("type", "thought");
        putIfSet(json, "text", thought.text());
        putIfSet(json, "signature", thought.signature());
      }
    }
    return json;
  }

  private static void putIfSet(ObjectNode json, String name, @Nullable String value) {
    if (value != null) {
      json.put(name, value);
    }
  }
}
