package dev.pointsman.gateway.surface;

import com.fasterxml.jackson.databind.JsonNode;
import dev.pointsman.gateway.inference.ToolChoice;
import dev.pointsman.gateway.json.FieldException;
import dev.pointsman.gateway.json.JsonFields;
import dev.pointsman.routing.IdSource;
import java.time.Instant;
import java.util.Map;
import java.util.UUID;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Checks that both surfaces make, with the same words. */
final class CommonReading {

  /** The first instant whose ids are accepted. */
  private static final Instant EARLIEST_EPISODE = Instant.ofEpochSecond(1_579_751_960L);

  private static final Instant FIRST_WORKFLOW_EPISODE = Instant.ofEpochSecond(10_000_000_000L);
  private static final Pattern UUID_TEXT =
      Pattern.compile("[0-9a-fA-F]{8}-([0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}");

  private CommonReading() {}

  static @Nullable UUID episodeId(JsonFields fields, String name, Instant now) {
    String text = fields.text(name);
    if (text == null) {
      return null;
    }
    String path = fields.pathOf(name);
    if (!UUID_TEXT.matcher(text).matches()) {
      throw new FieldException(path, "`%s` must be a UUID of version 7".formatted(path));
    }
    UUID id = UUID.fromString(text);
    if (id.version() != 7 || id.variant() != 2) {
      throw new FieldException(
          path,
          "`%s` must be a UUID of version 7, but its version is %d".formatted(path, id.version()));
    }
    Instant minted = IdSource.timeOf(id);
    if (minted.isBefore(EARLIEST_EPISODE)) {
      throw new FieldException(
          path, "`%s` has a time stamp before 2020-01-23: mint it now".formatted(path));
    }
    if (!minted.isBefore(now.plusSeconds(FIRST_WORKFLOW_EPISODE.getEpochSecond()))) {
      throw new FieldException(
          path, "`%s` names a workflow evaluation, and there is none of that id".formatted(path));
    }
    if (minted.getEpochSecond() > now.getEpochSecond()) {
      throw new FieldException(
          path, "`%s` has a time stamp in the future: mint it now".formatted(path));
    }
    return id;
  }

  static @Nullable String namespace(JsonFields fields, String name) {
    String text = fields.text(name);
    if (text != null && (text.isEmpty() || text.startsWith("tensorzero::"))) {
      throw new FieldException(
          fields.pathOf(name),
          "`%s` must not be empty or start with tensorzero::".formatted(fields.pathOf(name)));
    }
    return text;
  }

  static Map<String, String> tags(JsonFields fields, String name) {
    Map<String, String> tags = fields.textMap(name);
    for (String key : tags.keySet()) {
      if (key.startsWith("tensorzero::")) {
        throw new FieldException(
            fields.pathOf(name),
            "`%s`: tag names starting with tensorzero:: are reserved".formatted(fields.pathOf(name)));
      }
    }
    return tags;
  }

  /** {@code cache_options}: there is no cache yet, so only an absent or disabled one is accepted. */
  static void cacheOptions(JsonFields fields, String name) {
    JsonFields options = fields.fields(name);
    if (options == null) {
      return;
    }
    String enabled = options.oneOf("enabled", "on", "off", "read_only", "write_only");
    options.whole("max_age_s", 0, Long.MAX_VALUE);
    options.rejectOthers();
    if (enabled != null && !enabled.equals("off")) {
      throw new FieldException(
          options.pathOf("enabled"),
          "`%s`: caching is not supported yet: leave it out or send \"off\""
              .formatted(options.pathOf("enabled")));
    }
  }

  static @Nullable ToolChoice nativeToolChoice(JsonFields fields, String name) {
    JsonNode value = fields.any(name);
    if (value == null) {
      return null;
    }
    if (value.isTextual()) {
      return switch (value.textValue()) {
        case "none" -> new ToolChoice.None();
        case "auto" -> new ToolChoice.Auto();
        case "required" -> new ToolChoice.Required();
        default -> throw unknownChoice(fields, name);
      };
    }
    if (value.isObject() && value.path("specific").isTextual() && value.size() == 1) {
      return new ToolChoice.Specific(value.path("specific").textValue());
    }
    throw unknownChoice(fields, name);
  }

  private static FieldException unknownChoice(JsonFields fields, String name) {
    return new FieldException(
        fields.pathOf(name),
        "`%s` must be none, auto, required or {\"specific\": name}".formatted(fields.pathOf(name)));
  }

  /** A JSON schema of moderate depth, so that compiling it cannot exhaust the stack. */
  static void checkDepth(JsonNode schema, String path) {
    if (deeper(schema, 100)) {
      throw new FieldException(path, "`%s` is nested more than 100 levels deep".formatted(path));
    }
  }

  private static boolean deeper(JsonNode value, int left) {
    if (!value.isContainerNode()) {
      return false;
    }
    if (left == 0) {
      return true;
    }
    for (JsonNode child : value) {
      if (deeper(child, left - 1)) {
        return true;
      }
    }
    return false;
  }
}
