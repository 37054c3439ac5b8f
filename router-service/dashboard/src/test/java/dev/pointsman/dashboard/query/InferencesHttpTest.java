package dev.pointsman.dashboard.query;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.pointsman.dashboard.testing.QueryServer;
import dev.pointsman.dashboard.testing.Traffic;
import dev.pointsman.eventlog.testing.Events;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class InferencesHttpTest {

  private static final String LIST = "/v1/inferences/list_inferences";
  private static final String GET = "/v1/inferences/get_inferences";

  private static QueryServer server;

  @BeforeAll
  static void start(@TempDir Path directory) {
    server = QueryServer.start(directory, Traffic.events());
  }

  @AfterAll
  static void stop() {
    server.close();
  }

  private static List<Long> numbers(JsonNode answer) {
    List<Long> numbers = new ArrayList<>();
    for (JsonNode inference : answer.path("inferences")) {
      numbers.add(
          UUID.fromString(inference.path("inference_id").asText()).getLeastSignificantBits()
              & 0xFFFF);
    }
    return numbers;
  }

  private static List<Long> listed(String body) {
    return numbers(server.post(LIST, body));
  }

  private static String ids(int... numbers) {
    return IntStream.of(numbers)
        .mapToObj(n -> "\"" + Events.id(n) + "\"")
        .collect(Collectors.joining(",", "[", "]"));
  }

  private static JsonNode one(int number, String source) {
    JsonNode answer =
        server.post(GET, "{\"ids\":%s,\"output_source\":\"%s\"}".formatted(ids(number), source));
    assertThat(answer.path("inferences")).hasSize(1);
    return answer.path("inferences").get(0);
  }

  // ---- shape -----------------------------------------------------------------------------------

  @Test
  void get_chat_hasTensorZerosShape() {
    JsonNode chat = one(1, "inference");
    assertThat(fieldNames(chat))
        .containsExactlyInAnyOrder(
            "type",
            "function_name",
            "variant_name",
            "input",
            "output",
            "dispreferred_outputs",
            "timestamp",
            "episode_id",
            "inference_id",
            "allowed_tools",
            "provider_tools",
            "tags",
            "extra_body",
            "inference_params",
            "processing_time_ms",
            "ttft_ms",
            "snapshot_hash");
    assertThat(chat.path("type").asText()).isEqualTo("chat");
    assertThat(chat.path("function_name").asText()).isEqualTo("support_reply");
    assertThat(chat.path("variant_name").asText()).isEqualTo("medium");
    assertThat(chat.path("timestamp").asText()).isEqualTo("2026-11-20T00:00:01.000123Z");
    assertThat(chat.path("episode_id").asText()).isEqualTo(Events.id(1_000_001).toString());
    assertThat(chat.path("tags").toString()).isEqualTo("{\"plan\":\"free\"}");
    assertThat(chat.path("output").toString())
        .isEqualTo("[{\"type\":\"text\",\"text\":\"Use the label in the box.\"}]");
    assertThat(chat.path("dispreferred_outputs")).isEmpty();
    assertThat(chat.path("processing_time_ms").asLong()).isEqualTo(750);
    assertThat(chat.path("ttft_ms").isNull()).isTrue();
    assertThat(chat.path("snapshot_hash").asText()).isEqualTo("hash-1");
    // What came through the OpenAI surface reads the same.
    assertThat(chat.path("inference_params").toString())
        .isEqualTo("{\"chat_completion\":{\"max_tokens\":256}}");
  }

  @Test
  void get_withTools_tellsTheCallersFromTheConfigured() {
    JsonNode chat = one(10, "inference");
    assertThat(chat.has("allowed_tools")).isFalse();
    assertThat(chat.path("additional_tools")).hasSize(1);
    assertThat(chat.path("additional_tools").get(0).path("name").asText()).isEqualTo("own");
    assertThat(chat.path("tool_choice").asText()).isEqualTo("required");
    assertThat(chat.path("inference_params").toString())
        .isEqualTo("{\"chat_completion\":{\"temperature\":0.5}}");
    assertThat(chat.path("output").get(0).path("arguments").path("number").asInt()).isEqualTo(1);
  }

  @Test
  void get_json_hasBothFormsOfTheOutput() {
    JsonNode json = one(11, "inference");
    assertThat(json.path("type").asText()).isEqualTo("json");
    assertThat(json.path("output").toString())
        .isEqualTo("{\"raw\":\"{\\\"answer\\\":\\\"yes\\\"}\",\"parsed\":{\"answer\":\"yes\"}}");
    assertThat(json.path("output_schema").path("required").get(0).asText()).isEqualTo("answer");
    assertThat(json.has("provider_tools")).isFalse();

    JsonNode own = one(12, "inference");
    assertThat(own.path("output_schema").path("required").get(0).asText()).isEqualTo("other");
    assertThat(own.path("output").path("parsed").path("other").asInt()).isEqualTo(1);
  }

  @Test
  void get_demonstrated_isTheOutputAndTheAnswerDispreferred() {
    JsonNode chat = one(3, "demonstration");
    assertThat(chat.path("output").toString())
        .isEqualTo("[{\"type\":\"text\",\"text\":\"Take the blue label.\"}]");
    assertThat(chat.path("dispreferred_outputs").toString())
        .isEqualTo("[[{\"type\":\"text\",\"text\":\"Use the label in the box.\"}]]");

    JsonNode call = one(10, "demonstration").path("output").get(0);
    assertThat(call.path("raw_name").asText()).isEqualTo("find_parcel");
    assertThat(call.path("raw_arguments").asText()).isEqualTo("{\"number\":\"x\"}");
    assertThat(call.path("name").asText()).isEqualTo("find_parcel");
    assertThat(call.path("arguments").isNull()).isTrue();

    assertThat(one(11, "demonstration").path("output").toString())
        .isEqualTo("{\"raw\":\"{\\\"answer\\\":\\\"no\\\"}\",\"parsed\":{\"answer\":\"no\"}}");
    assertThat(
            server.post(GET, "{\"ids\":%s,\"output_source\":\"demonstration\"}".formatted(ids(1))))
        .isEqualTo(server.post(GET, "{\"ids\":[]}"));
  }

  @Test
  void get_withoutOutputs_hasNone() {
    JsonNode chat = one(3, "none");
    assertThat(chat.has("output")).isFalse();
    assertThat(chat.path("dispreferred_outputs")).isEmpty();
    assertThat(chat.has("input")).isTrue();
  }

  @Test
  void get_textNotLoggedOrCut_isLeftOut() {
    JsonNode none = one(13, "inference");
    assertThat(none.has("input")).isFalse();
    assertThat(none.has("output")).isFalse();
    assertThat(one(14, "inference").path("function_name").asText()).isEqualTo("gone");
    JsonNode cut = one(15, "inference");
    assertThat(cut.has("input")).isFalse();
    assertThat(cut.path("output").get(0).path("text").asText()).isEqualTo("short");
  }

  private static List<String> fieldNames(JsonNode object) {
    List<String> names = new ArrayList<>();
    object.fieldNames().forEachRemaining(names::add);
    return names;
  }

  // ---- get -------------------------------------------------------------------------------------

  @Test
  void get_some_areTheLatestFirstAndEachOnce() {
    String body = "{\"ids\":%s}".formatted(ids(2, 9, 2, 900, 6));
    assertThat(numbers(server.post(GET, body))).containsExactly(9L, 2L);
    assertThat(
            numbers(
                server.post(
                    GET, "{\"ids\":%s,\"function_name\":\"extract\"}".formatted(ids(1, 11)))))
        .containsExactly(11L);
  }

  // ---- list ------------------------------------------------------------------------------------

  @Test
  void list_nothingAsked_areTheLatestAnswered() {
    assertThat(listed("{}"))
        .containsExactly(15L, 14L, 13L, 12L, 11L, 10L, 9L, 8L, 7L, 5L, 4L, 3L, 2L, 1L);
  }

  @Test
  void list_byNames_findsThose() {
    assertThat(listed("{\"function_name\":\"extract\"}")).containsExactly(12L, 11L);
    assertThat(listed("{\"function_name\":\"gone\"}")).containsExactly(14L);
    assertThat(listed("{\"variant_name\":\"small\",\"limit\":2}")).containsExactly(14L, 11L);
    assertThat(listed("{\"episode_id\":\"%s\"}".formatted(Events.id(1_000_005))))
        .containsExactly(5L);
    assertThat(listed("{\"function_name\":\"greet\"}")).isEmpty();
  }

  @Test
  void list_filtered_findsThose() {
    assertThat(
            listed(
                filtered(
                    "{\"type\":\"boolean_metric\",\"metric_name\":\"resolved\",\"value\":true}")))
        .containsExactly(1L);
    assertThat(
            listed(
                filtered(
                    "{\"type\":\"float_metric\",\"metric_name\":\"rating\",\"value\":3,\"comparison_operator\":\"<\"}")))
        .containsExactly(2L);
    assertThat(
            listed(
                filtered(
                    "{\"type\":\"and\",\"children\":[{\"type\":\"time\",\"time\":\"2026-11-20T01:00:03.000123+01:00\",\"comparison_operator\":\"<=\"},"
                        + "{\"type\":\"not\",\"child\":{\"type\":\"tag\",\"key\":\"plan\",\"value\":\"pro\",\"comparison_operator\":\"=\"}}]}")))
        .containsExactly(3L, 2L, 1L);
    assertThat(
            listed(
                filtered(
                    "{\"type\":\"or\",\"children\":[{\"type\":\"demonstration_feedback\",\"has_demonstration\":true},"
                        + "{\"type\":\"boolean_metric\",\"metric_name\":\"resolved\",\"value\":false}]}")))
        .containsExactly(11L, 10L, 3L, 2L);
    assertThat(
            listed(
                "{\"filter\":{\"type\":\"demonstration_feedback\",\"has_demonstration\":false},\"limit\":3}"))
        .containsExactly(15L, 14L, 13L);
    assertThat(listed("{\"output_source\":\"demonstration\"}")).containsExactly(11L, 10L, 3L);
  }

  private static String filtered(String filter) {
    return "{\"filters\":" + filter + "}";
  }

  @Test
  void list_ordered_isInThatOrder() {
    assertThat(
            listed(
                "{\"order_by\":[{\"by\":\"timestamp\",\"direction\":\"ascending\"}],\"limit\":3}"))
        .containsExactly(1L, 2L, 3L);
    assertThat(
            listed(
                "{\"order_by\":[{\"by\":\"metric\",\"name\":\"rating\",\"direction\":\"ascending\"}],\"limit\":3}"))
        .containsExactly(2L, 1L, 15L);
    assertThat(
            listed(
                "{\"search_query_experimental\":\"ORDER\",\"order_by\":[{\"by\":\"search_relevance\",\"direction\":\"descending\"}],\"limit\":2}"))
        .containsExactly(14L, 9L);
  }

  @Test
  void list_searched_looksIntoTextsAsPeopleWriteThem() {
    assertThat(listed("{\"search_query_experimental\":\"return ORDER 7?\"}")).containsExactly(7L);
    assertThat(listed("{\"search_query_experimental\":\"übUNG\"}")).containsExactly(10L);
    assertThat(listed("{\"search_query_experimental\":\"{\\\"answer\\\":\\\"yes\"}"))
        .as("a quote is stored escaped, and looked for so")
        .containsExactly(11L);
    assertThat(listed("{\"search_query_experimental\":\"%\"}")).isEmpty();
  }

  @Test
  void list_paged_showsEveryRowOnce() {
    List<Long> offsets = new ArrayList<>();
    for (int offset = 0; offset < 15; offset += 4) {
      offsets.addAll(listed("{\"limit\":4,\"offset\":%d}".formatted(offset)));
    }
    assertThat(offsets).isEqualTo(listed("{}"));
    List<Long> before = new ArrayList<>(listed("{\"limit\":4}"));
    while (before.size() < 14) {
      before.addAll(
          listed("{\"limit\":4,\"before\":\"%s\"}".formatted(Events.id(before.getLast()))));
    }
    assertThat(before).isEqualTo(listed("{}"));
    assertThat(listed("{\"limit\":2,\"after\":\"%s\"}".formatted(Events.id(9))))
        .containsExactly(11L, 10L);
    assertThat(listed("{\"limit\":2,\"before\":\"%s\"}".formatted(Events.id(6))))
        .as("a failed one is a place to page from")
        .containsExactly(5L, 4L);
    assertThat(listed("{\"limit\":1,\"before\":\"%s\"}".formatted(Events.id(3_600_000 * 9L))))
        .as("so is an id that is not in the store")
        .containsExactly(15L);
    assertThat(listed("{\"limit\":0}")).isEmpty();
  }

  // ---- what is refused -------------------------------------------------------------------------

  @Test
  void list_unknownFunction_is404() {
    QueryServer.Answer answer = server.send("POST", LIST, "{\"function_name\":\"nobody\"}");
    assertThat(answer.status()).isEqualTo(404);
    assertThat(answer.error()).contains("Unknown function: nobody");
  }

  @Test
  void list_largerThanMemoryAllows_saysToAskForLess() {
    QueryServer.Answer answer = server.send("POST", LIST, "{\"limit\":1001}");
    assertThat(answer.status()).isEqualTo(400);
    assertThat(answer.error()).contains("`limit` must be 0 to 1000");
  }

  @Test
  void queries_runOnTheirOwnBoundedPool() {
    for (int i = 0; i < 6; i++) {
      listed("{\"limit\":1}");
    }
    assertThat(server.threads()).hasSizeLessThanOrEqualTo(2).noneMatch(Thread::isVirtual);
  }
}
