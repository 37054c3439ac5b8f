package dev.pointsman.server;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.pointsman.routing.TextPublication;
import org.jspecify.annotations.Nullable;

/** How the text of conversations stands in the decisions of a function, as JSON for people. */
final class TextStory {

  private TextStory() {}

  /**
   * {@code {"rung", "why", "judgement": {…} | null, "model": {…} | null}}.
   *
   * @param settings those of the latest generation
   * @param standing {@code text} of the last revision's provenance; missing before the first model
   * @param latest the model published last
   * @param provenance of that model
   */
  static ObjectNode of(
      JsonNode settings, JsonNode standing, @Nullable TextPublication latest, JsonNode provenance) {
    ObjectNode story = JsonNodeFactory.instance.objectNode();
    String rung = standing.path("rung").asText("segments");
    story.put("rung", rung);
    story.put("why", why(settings.path("context").asText(), rung, standing, latest));
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
          new String[] {"samples", "from", "to", "weight", "seed", "log_position", "calibration"}) {
        model.set(name, provenance.get(name));
      }
    }
    return story;
  }

  private static String why(
      String context, String rung, JsonNode standing, @Nullable TextPublication latest) {
    if (!context.equals("text") && !context.equals("auto")) {
      return "context = \"%s\": the text of conversations is not read.".formatted(context);
    }
    if (latest == null) {
      return "There is no text model yet: it takes 300 rewarded decisions whose conversation is"
          + " logged (log_text = true).";
    }
    if (context.equals("text")) {
      return rung.equals("text")
          ? "context = \"text\": the text is read, judged or not."
          : "The latest text model has weight 0: the text told nothing about the rewards.";
    }
    String judged =
        "%,d matured decisions judged, %+.4f points of utility a request"
            .formatted(standing.path("judged").asLong(), standing.path("delta_utility").asDouble());
    String bounds =
        standing.has("lower")
            ? " (%+.4f to %+.4f)"
                .formatted(standing.path("lower").asDouble(), standing.path("upper").asDouble())
            : " (no bounds before 200)";
    String more =
        standing.has("needed") && standing.path("needed").asLong() > 0
            ? "; about %,d more until the bounds exclude 0"
                .formatted(standing.path("needed").asLong())
            : "";
    return rung.equals("text")
        ? "Deciding by text has proved better: since then " + judged + bounds + more + "."
        : "Deciding by text has not proved better yet: " + judged + bounds + more + ".";
  }
}
