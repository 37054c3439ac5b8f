package dev.pointsman.dashboard;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.pointsman.dashboard.testing.QueryServer;
import dev.pointsman.dashboard.testing.Traffic;
import dev.pointsman.eventlog.Event;
import dev.pointsman.eventlog.testing.Events;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The live table as page and as JSON, episodes, and feedback by its target. */
final class LookUpHttpTest {

  private static final String ODD = "a&b=\"<c>\"";

  private static QueryServer server;

  @BeforeAll
  static void start(@TempDir Path directory) {
    List<Event> events = new ArrayList<>(Traffic.events());
    events.add(
        Events.inferenceOf(16)
            .episode(Events.id(1_000_001))
            .function(ODD)
            .tags(Map.of("q", ODD))
            .build());
    server = QueryServer.start(directory, events);
  }

  @AfterAll
  static void stop() {
    server.close();
  }

  private static JsonNode get(String path) {
    QueryServer.Answer answer = server.send("GET", path, "");
    assertThat(answer.status()).as(path + answer.body()).isEqualTo(200);
    return answer.body();
  }

  private static List<Long> numbers(JsonNode rows) {
    List<Long> numbers = new ArrayList<>();
    rows.forEach(
        row ->
            numbers.add(
                UUID.fromString(row.path("inference_id").asText()).getLeastSignificantBits()
                    & 0xFFFF));
    return numbers;
  }

  private static List<Long> live(String query) {
    return numbers(get("/api/inferences" + query).path("inferences"));
  }

  @Test
  void inferences_all_haveTheirPropensityAndWhy() {
    JsonNode page = get("/api/inferences?limit=2");
    assertThat(numbers(page.path("inferences"))).containsExactly(16L, 15L);
    assertThat(page.path("next").asText()).isEqualTo(Events.id(15).toString());
    JsonNode row = page.path("inferences").get(1);
    assertThat(row.path("propensity").asDouble()).isEqualTo(0.5);
    assertThat(row.path("why").asText()).contains("policy");
    assertThat(row.path("kind").asText()).isEqualTo("decision");
    assertThat(row.path("lane").asText()).isEqualTo("policy");
    assertThat(row.path("key_id").asText()).isEqualTo("key-0");
    assertThat(row.path("tags").path("plan").asText()).isEqualTo("free");
    assertThat(row.path("function_name").asText()).isEqualTo("support_reply");
    assertThat(row.path("cost_nanos").asLong()).isEqualTo(100_015);
  }

  @Test
  void inferences_filtered_areThose() {
    assertThat(live("?function=extract")).containsExactly(12L, 11L);
    assertThat(live("?variant=small&limit=2")).containsExactly(14L, 11L);
    assertThat(live("?segment=topic%3D1&limit=2")).containsExactly(13L, 9L);
    assertThat(live("?lane=uniform")).isEmpty();
    assertThat(live("?key=key-1&limit=2")).containsExactly(16L, 13L);
    assertThat(live("?outcome=failed")).containsExactly(6L);
    assertThat(live("?explored=false&limit=3")).containsExactly(15L, 12L, 9L);
    assertThat(live("?tag=q%3D" + Figures.segment(ODD))).containsExactly(16L);
    assertThat(live("?tag=plan%3Dfree&tag=q%3Dx")).isEmpty();
    assertThat(live("?function=&variant=&outcome=&limit=1")).containsExactly(16L);
  }

  @Test
  void inferences_paged_showEveryRowOnce() {
    List<Long> seen = new ArrayList<>();
    String next = "";
    while (!next.equals("null")) {
      JsonNode page = get("/api/inferences?limit=5" + next);
      seen.addAll(numbers(page.path("inferences")));
      next = page.path("next").isNull() ? "null" : "&before=" + page.path("next").asText();
    }
    assertThat(seen)
        .hasSize(16)
        .doesNotHaveDuplicates()
        .isSortedAccordingTo((a, b) -> Long.compare(b, a));
  }

  @Test
  void page_showsWhatTheApiSays_withTheFiltersInItsAddress() {
    String page = body("/ui/inferences?function=support_reply&outcome=answered&limit=3");
    for (long n : live("?function=support_reply&outcome=answered&limit=3")) {
      assertThat(page).contains("/ui/inferences/" + Events.id(n));
    }
    assertThat(page)
        .contains("value=\"support_reply\"", "<option value=\"answered\" selected")
        .contains("class=\"pause\"");
    Matcher older = Pattern.compile("rel=\"next\" href=\"([^\"]+)\"").matcher(page);
    assertThat(older.find()).isTrue();
    String next = older.group(1).replace("&amp;", "&");
    assertThat(next).contains("function=support_reply", "outcome=answered");
    String second = body(next.replace("&outcome", "&limit=3&outcome"));
    assertThat(second)
        .as("a page of the past does not move")
        .doesNotContain("class=\"pause\"")
        .doesNotContain("/ui/inferences/" + Events.id(15));
  }

  @Test
  void page_oddNames_areEscaped() {
    String page = body("/ui/inferences?function=" + Figures.segment(ODD));
    assertThat(page).contains("/ui/functions/" + Figures.segment(ODD)).doesNotContain("<c>");
    assertThat(body("/ui/inferences?function=%3Cscript%3E")).contains("No inference matches");
    HttpResponse<String> wrong = raw("/ui/inferences?outcome=%3Cscript%3E");
    assertThat(wrong.statusCode()).isEqualTo(400);
    assertThat(wrong.body()).doesNotContain("<script>");
  }

  private static String body(String path) {
    HttpResponse<String> answer = raw(path);
    assertThat(answer.statusCode()).as(path).isEqualTo(200);
    assertThat(answer.headers().firstValue("Content-Security-Policy")).isPresent();
    return answer.body();
  }

  private static HttpResponse<String> raw(String path) {
    return server.raw("GET", path, HttpRequest.BodyPublishers.noBody());
  }

  @Test
  void episode_known_hasItsInferencesInOrderAndAllFeedback() {
    JsonNode episode = get("/api/episodes/" + Events.id(1_000_001));
    assertThat(numbers(episode.path("inferences"))).containsExactly(1L, 16L);
    assertThat(episode.path("more").asBoolean(true)).isFalse();
    assertThat(episode.path("feedback").findValuesAsText("metric_name"))
        .containsExactly("resolved", "comment", "rating");
    QueryServer.Answer none = server.send("GET", "/api/episodes/" + Events.id(7_000_000), "");
    assertThat(none.status()).isEqualTo(404);
    assertThat(none.error()).contains("no inference of episode");
  }

  @Test
  void feedback_ofATarget_isNewestFirstInTensorZerosShape() {
    JsonNode about = get("/api/feedback?target=" + Events.id(1)).path("feedback");
    assertThat(about.findValuesAsText("type")).containsExactly("comment", "boolean");
    assertThat(about.get(0).path("target_type").asText()).isEqualTo("inference");
    assertThat(about.get(0).path("value").asText()).isEqualTo("well done");
    assertThat(about.get(1).path("metric_name").asText()).isEqualTo("resolved");
    assertThat(about.get(1).path("value").asBoolean()).isTrue();
    assertThat(get("/internal/feedback/" + Events.id(1)).path("feedback")).isEqualTo(about);
    JsonNode episode = get("/api/feedback?target=" + Events.id(1_000_001)).path("feedback");
    assertThat(episode.get(0).path("type").asText()).isEqualTo("float");
    assertThat(episode.get(0).path("value").asDouble()).isEqualTo(4.5);
    assertThat(episode.get(0).path("tags").path("by").asText()).isEqualTo("ada");
    assertThat(
            get("/api/feedback?target=" + Events.id(3)).path("feedback").get(0).has("inference_id"))
        .isTrue();
    assertThat(get("/api/feedback?limit=1&target=" + Events.id(1)).path("feedback")).hasSize(1);
    assertThat(get("/api/feedback?target=" + Events.id(9)).path("feedback")).isEmpty();
  }
}
