package dev.pointsman.report;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.pointsman.eventstore.TextModelLine;
import java.time.Instant;
import org.junit.jupiter.api.Test;

final class TextStoryTest {

  private static final String JUDGED =
      "{\"text\":{\"rung\":\"%s\",\"model\":\"text-a\",\"judged\":420,\"outcomes\":84,\"delta_utility\":0.0123,"
          + "\"lower\":%s,\"upper\":0.05,\"needed\":%d}}";

  @Test
  void why_eachState_saysTheRungAndWhatItWaitsFor() {
    JsonNode none = TextStory.standing("{}");
    assertThat(TextStory.why("segments", true, none))
        .isEqualTo("by segments: context = \"segments\"");
    assertThat(TextStory.why("auto", true, none)).contains("300 rewarded decisions");
    assertThat(TextStory.why("auto", false, none)).contains("log_text = false");
    assertThat(
            TextStory.why(
                "auto", true, TextStory.standing(JUDGED.formatted("segments", "-0.02", 900))))
        .isEqualTo(
            "by segments: deciding by text has not proved better yet, +0.0123 points of utility a"
                + " request in 420 matured decisions, 84 with an outcome (-0.0200 to +0.0500 at"
                + " every look); about 900 more outcomes would decide");
    assertThat(
            TextStory.why("auto", true, TextStory.standing(JUDGED.formatted("text", "0.002", 0))))
        .startsWith("by segments and text: deciding by text was adopted, since then, +0.0123")
        .doesNotContain("more");
    assertThat(
            TextStory.why("text", true, TextStory.standing(JUDGED.formatted("text", "0.002", 0))))
        .contains("judged or not");
    String byNeighbours =
        JUDGED
            .formatted("text", "0.002", 0)
            .replaceFirst("\"model\":\"[^\"]*", "\"model\":\"knn-1");
    assertThat(TextStory.why("auto", true, TextStory.standing(byNeighbours)))
        .startsWith("by segments and neighbours: deciding by neighbours was adopted");
  }

  @Test
  void standing_unreadableProvenance_isNone() {
    assertThat(TextStory.standing("{\"text\":").isMissingNode()).isTrue();
  }

  @Test
  void of_modelAndStanding_holdsFigures() throws Exception {
    ObjectMapper json = new ObjectMapper();
    JsonNode story =
        TextStory.of(
            json.readTree("{\"context\":\"auto\"}"),
            TextStory.standing(JUDGED.formatted("segments", "-0.02", 900)),
            new TextModelLine("text-a", Instant.EPOCH, "{}"),
            json.readTree(
                "{\"samples\":600,\"weight\":0.5,\"calibration\":[],\"output_tokens\":[{\"variant\":\"a\"}]}"));
    assertThat(story.path("rung").asText()).isEqualTo("segments");
    assertThat(story.path("judgement").path("judged").asLong()).isEqualTo(420);
    assertThat(story.path("model").path("samples").asLong()).isEqualTo(600);
    assertThat(story.path("model").path("output_tokens")).hasSize(1);
    assertThat(
            TextStory.of(json.createObjectNode(), TextStory.standing("{}"), null, json.nullNode())
                .path("model")
                .isNull())
        .isTrue();
  }
}
