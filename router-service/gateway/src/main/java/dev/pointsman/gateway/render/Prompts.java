package dev.pointsman.gateway.render;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.pointsman.catalog.PromptTemplate;
import dev.pointsman.catalog.VariantDefinition;
import dev.pointsman.chat.ChatInput;
import dev.pointsman.chat.ContentBlock;
import dev.pointsman.chat.InputMessage;
import dev.pointsman.chat.json.Json;
import dev.pointsman.gateway.inference.Refusal;
import dev.pointsman.gateway.inference.RefusedException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Renders an input with a variant's templates. A role with a template but no schema gets its text as
 * {@code system_text}, {@code user_text} or {@code assistant_text}.
 */
final class Prompts {

  private Prompts() {}

  /** The system text of a variant, null when there is none. */
  static @Nullable String system(VariantDefinition variant, ChatInput input) {
    PromptTemplate template = variant.templates().get("system");
    JsonNode system = input.system();
    if (template == null) {
      if (system == null) {
        return null;
      }
      if (system.isTextual()) {
        return system.textValue();
      }
      throw failed("variant %s has no system template".formatted(variant.name()));
    }
    ObjectNode arguments =
        switch (system) {
          case null -> Json.object();
          case ObjectNode object -> object;
          default -> Json.object().put("system_text", system.asText());
        };
    return render(template, arguments);
  }

  /** The messages of a variant: texts, tool calls, tool results and files only. */
  static List<InputMessage> messages(VariantDefinition variant, ChatInput input) {
    List<InputMessage> result = new ArrayList<>(input.messages().size());
    for (InputMessage message : input.messages()) {
      List<ContentBlock> content = new ArrayList<>(message.content().size());
      for (ContentBlock block : message.content()) {
        ContentBlock rendered = rendered(variant, message.role(), block);
        if (rendered != null) {
          content.add(rendered);
        }
      }
      result.add(new InputMessage(message.role(), content));
    }
    return result;
  }

  private static @Nullable ContentBlock rendered(
      VariantDefinition variant, InputMessage.Role role, ContentBlock block) {
    return switch (block) {
      case ContentBlock.Text text -> {
        PromptTemplate template = variant.templates().get(role.label());
        yield template == null
            ? text
            : new ContentBlock.Text(
                render(template, Json.object().put(role.label() + "_text", text.text())));
      }
      case ContentBlock.TemplateUse use -> {
        PromptTemplate template = variant.templates().get(use.name());
        if (template == null) {
          throw failed("variant %s has no template %s".formatted(variant.name(), use.name()));
        }
        yield new ContentBlock.Text(render(template, use.arguments()));
      }
      case ContentBlock.RawText raw -> new ContentBlock.Text(raw.value());
      // Thoughts are signed for the provider that had them; a chat completion has no place for one.
      case ContentBlock.Thought thought -> null;
      case ContentBlock.ToolCall call -> call;
      case ContentBlock.ToolResult result -> result;
      case ContentBlock.FileBlock file -> file;
    };
  }

  private static String render(PromptTemplate template, JsonNode arguments) {
    try {
      return template.render(arguments);
    } catch (IllegalArgumentException e) {
      throw failed(String.valueOf(e.getMessage()));
    }
  }

  private static RefusedException failed(String message) {
    return new RefusedException(new Refusal.Internal("the prompt could not be made: " + message));
  }
}
