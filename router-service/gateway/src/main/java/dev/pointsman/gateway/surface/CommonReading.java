package dev.pointsman.gateway.surface;

import dev.pointsman.chat.json.FieldException;
import dev.pointsman.chat.json.JsonFields;
import dev.pointsman.routing.IdSource;
import java.time.Instant;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Checks that both surfaces make, with the same words. */
final class CommonReading {

  /** The first instant whose ids are accepted. */
  private static final Instant EARLIEST_EPISODE = Instant.ofEpochSecond(1_579_751_960L);

  private static final Instant FIRST_WORKFLOW_EPISODE = Instant.ofEpochSecond(10_000_000_000L);

  private CommonReading() {}

  static @Nullable UUID episodeId(JsonFields fields, String name, Instant now) {
    UUID id = fields.uuid(name);
    if (id == null) {
      return null;
    }
    String path = fields.pathOf(name);
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
            "`%s`: tag names starting with tensorzero:: are reserved"
                .formatted(fields.pathOf(name)));
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
}
