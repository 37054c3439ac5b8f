package dev.pointsman.feedback;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The fields of one feedback, types checked but nothing looked up.
 *
 * @param value as it came
 * @param tags the caller's tags; those of {@code internal} callers may be reserved ones
 */
record FeedbackFields(
    String metricName,
    JsonNode value,
    @Nullable UUID inferenceId,
    @Nullable UUID episodeId,
    Map<String, String> tags,
    boolean dryrun) {

  private static final JsonMapper MAPPER =
      JsonMapper.builder(
              JsonFactory.builder()
                  .streamReadConstraints(
                      StreamReadConstraints.builder().maxNestingDepth(400).build())
                  .build())
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .build();
  private static final Set<String> KNOWN =
      Set.of("metric_name", "value", "inference_id", "episode_id", "tags", "dryrun", "internal");
  private static final Pattern UUID_TEXT =
      Pattern.compile("[0-9a-fA-F]{8}-([0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}");

  /** The fields in a body. */
  static FeedbackFields of(byte @Nullable [] body) {
    JsonNode json = parsed(body);
    if (!(json instanceof ObjectNode object)) {
      throw malformed(null, "the body must be a JSON object");
    }
    object
        .fieldNames()
        .forEachRemaining(
            name -> {
              if (!KNOWN.contains(name)) {
                throw malformed(
                    shortened(name),
                    "unknown field `%s`: a feedback has %s"
                        .formatted(
                            shortened(name), String.join(", ", KNOWN.stream().sorted().toList())));
              }
            });
    String metric = text(object, "metric_name");
    if (metric == null) {
      throw malformed("metric_name", "missing field `metric_name`");
    }
    JsonNode value = object.get("value");
    if (value == null || value.isNull()) {
      throw malformed("value", "missing field `value`");
    }
    boolean internal = flag(object, "internal");
    return new FeedbackFields(
        wellFormed("metric_name", metric),
        value,
        id(object, "inference_id"),
        id(object, "episode_id"),
        tags(object, internal),
        flag(object, "dryrun"));
  }

  private static JsonNode parsed(byte @Nullable [] body) {
    if (body == null || body.length == 0) {
      throw malformed(null, "the body is empty: send a JSON object");
    }
    try {
      JsonNode json = MAPPER.readTree(body);
      return json == null ? MAPPER.missingNode() : json;
    } catch (JsonProcessingException e) {
      throw malformed(null, "the body is not JSON: " + e.getOriginalMessage());
    } catch (IOException e) {
      throw malformed(null, "the body is not JSON in UTF-8: " + e.getMessage());
    }
  }

  /** A value as JSON text. */
  static String json(JsonNode value) {
    return wellFormed("value", value.toString());
  }

  /** The text itself, unless it holds half a surrogate pair, which is no character. */
  static String wellFormed(String name, String text) {
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (Character.isHighSurrogate(c)
          && i + 1 < text.length()
          && Character.isLowSurrogate(text.charAt(i + 1))) {
        i++;
      } else if (Character.isSurrogate(c)) {
        throw malformed(name, "`%s` holds half a surrogate pair, which is no text".formatted(name));
      }
    }
    return text;
  }

  private static @Nullable String text(ObjectNode object, String name) {
    JsonNode value = object.get(name);
    if (value == null || value.isNull()) {
      return null;
    }
    if (!value.isTextual()) {
      throw malformed(name, "`%s` must be a string".formatted(name));
    }
    return value.textValue();
  }

  private static boolean flag(ObjectNode object, String name) {
    JsonNode value = object.get(name);
    if (value == null || value.isNull()) {
      return false;
    }
    if (!value.isBoolean()) {
      throw malformed(name, "`%s` must be true or false".formatted(name));
    }
    return value.booleanValue();
  }

  private static @Nullable UUID id(ObjectNode object, String name) {
    String text = text(object, name);
    if (text == null) {
      return null;
    }
    if (UUID_TEXT.matcher(text).matches()) {
      UUID id = UUID.fromString(text);
      if (id.version() == 7) {
        return id;
      }
    }
    throw malformed(
        name, "`%s` must be a UUID of version 7, as an answer gave it".formatted(name));
  }

  private static Map<String, String> tags(ObjectNode object, boolean internal) {
    Map<String, String> tags = new LinkedHashMap<>();
    JsonNode given = object.get("tags");
    if (given != null && !given.isNull()) {
      if (!given.isObject()) {
        throw malformed("tags", "`tags` must be an object");
      }
      for (var tag : given.properties()) {
        if (!tag.getValue().isTextual()) {
          throw malformed(
              "tags", "`tags.%s` must be a string".formatted(shortened(tag.getKey())));
        }
        if (tag.getKey().startsWith("tensorzero::") && !internal) {
          throw malformed("tags", "`tags`: names starting with tensorzero:: are reserved");
        }
        tags.put(
            wellFormed("tags", tag.getKey()), wellFormed("tags", tag.getValue().textValue()));
      }
    }
    if (internal) {
      tags.put("tensorzero::internal", "true");
    }
    return tags;
  }

  private static String shortened(String text) {
    return text.length() <= 100 ? text : text.substring(0, 100) + "…";
  }

  static FeedbackRefusedException malformed(@Nullable String param, String message) {
    return new FeedbackRefusedException(400, param, message);
  }
}
