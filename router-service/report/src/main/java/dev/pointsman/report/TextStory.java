package dev.pointsman.report;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.MissingNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.pointsman.eventstore.TextModelLine;
import dev.pointsman.routing.features.NeighbourQuality;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** How the text of conversations stands in the decisions of a function, as JSON for people. */
public final class TextStory {

  private static final ObjectMapper JSON = new ObjectMapper();

  private TextStory() {}

  /**
   * {@code {"rung", "why", "judgement": {…} | null, "model": {…} | null}}.
   *
   * @param settings those of the latest generation
   * @param standing {@code text} of the last revision's provenance; missing before the first model
   * @param latest the model published last
   * @param provenance of that model
   */
  public static ObjectNode of(
      JsonNode settings, JsonNode standing, @Nullable TextModelLine latest, JsonNode provenance) {
    ObjectNode story = JsonNodeFactory.instance.objectNode();
    String rung = standing.path("rung").asText("segments");
    story.put("rung", rung);
    story.put("why", why(settings.path("context").asText(), true, standing));
    story.set("judgement", standing.isMissingNode() ? null : standing);
    if (latest == null) {
      story.putNull("model");
    } else {
      ObjectNode model =
          story
              .putObject("model")
              .put("id", latest.model())
              .put("published_at", latest.publishedAt().toString());
      for (String name :
          new String[] {
            "samples",
            "from",
            "to",
            "weight",
            "nearest",
            "pseudo_counts",
            "seed",
            "log_position",
            "calibration",
            "output_tokens"
          }) {
        model.set(name, provenance.get(name));
      }
    }
    return story;
  }

  /** {@code text} of a stored provenance; missing where there is none, or it is not readable. */
  static JsonNode standing(String provenance) {
    return read(provenance).path("text");
  }

  /** A stored provenance; missing where it is not readable. */
  static JsonNode read(String provenance) {
    try {
      return JSON.readTree(provenance);
    } catch (JsonProcessingException unreadable) {
      return MissingNode.getInstance();
    }
  }

  /**
   * Which rung of the ladder decides and why, in a sentence with the figures so far.
   *
   * @param context as configured
   * @param logText whether the function logs what it is asked
   * @param standing {@code text} of the last revision's provenance; missing before the first model
   */
  static String why(String context, boolean logText, JsonNode standing) {
    boolean byText = standing.path("rung").asText().equals("text");
    if (!context.equals("text") && !context.equals("auto")) {
      return "by segments: context = \"%s\"".formatted(context);
    }
    if (standing.path("rung").asText().equals("scores")) {
      return "by segments and the text model learnt from scores"
          + (standing.has("model")
              ? String.format(
                  Locale.ROOT,
                  ": one from the log has not proved better yet, %+.4f points of utility a request"
                      + " in %d matured decisions",
                  standing.path("delta_utility").asDouble(),
                  standing.path("judged").asLong())
              : logText
                  ? ": one from the log takes 300 rewarded decisions with their conversation"
                  : ": log_text = false leaves no other to learn");
    }
    if (!standing.has("model")) {
      return logText
          ? "by segments: no text model yet, it takes 300 rewarded decisions with their"
              + " conversation, or with its embedding"
          : "by segments: log_text = false leaves nothing to read";
    }
    String what =
        standing.path("model").asText().startsWith(NeighbourQuality.ID_PREFIX)
            ? "neighbours"
            : "text";
    if (context.equals("text")) {
      return byText
          ? "by segments and %s: context = \"text\", judged or not".formatted(what)
          : "by segments: the %s told nothing about the rewards".formatted(what);
    }
    String bounds =
        standing.has("lower")
            ? String.format(
                Locale.ROOT,
                " (%+.4f to %+.4f at every look)",
                standing.path("lower").asDouble(),
                standing.path("upper").asDouble())
            : " (bounds begin at 200 outcomes)";
    long judged = standing.path("judged").asLong();
    long needed = standing.path("needed").asLong();
    return String.format(
        Locale.ROOT,
        "%s: deciding by %s %s, %+.4f points of utility a request in %d matured decisions, %d with"
            + " an outcome%s%s",
        byText ? "by segments and " + what : "by segments",
        what,
        byText ? "was adopted, since then" : "has not proved better yet",
        standing.path("delta_utility").asDouble(),
        judged,
        standing.path("outcomes").asLong(judged),
        bounds,
        needed > 0 ? "; about %d more outcomes would decide".formatted(needed) : "");
  }
}
