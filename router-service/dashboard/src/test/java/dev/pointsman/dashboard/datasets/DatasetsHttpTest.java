package dev.pointsman.dashboard.datasets;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.pointsman.dashboard.testing.QueryServer;
import dev.pointsman.dashboard.testing.Traffic;
import dev.pointsman.eventlog.testing.Events;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class DatasetsHttpTest {

  private static final AtomicInteger NAMES = new AtomicInteger();
  private static QueryServer server;

  private String dataset;

  @BeforeAll
  static void start(@TempDir Path directory) {
    server = QueryServer.start(directory, Traffic.events());
  }

  @AfterAll
  static void stop() {
    server.close();
  }

  @BeforeEach
  void anotherDataset() {
    dataset = "golden-" + NAMES.incrementAndGet();
  }

  private String path(String rest) {
    return "/v1/datasets/" + dataset + rest;
  }

  private List<String> create(String... datapoints) {
    return ids(
        server.post(
            path("/datapoints"), "{\"datapoints\":[" + String.join(",", datapoints) + "]}"));
  }

  private static List<String> ids(JsonNode answer) {
    List<String> ids = new ArrayList<>();
    answer.path("ids").forEach(id -> ids.add(id.asText()));
    return ids;
  }

  private JsonNode get(String id) {
    JsonNode found =
        server.post(path("/get_datapoints"), "{\"ids\":[\"%s\"]}".formatted(id)).path("datapoints");
    assertThat(found).hasSize(1);
    return found.get(0);
  }

  private JsonNode list(String body) {
    return server.post(path("/list_datapoints"), body).path("datapoints");
  }

  private JsonNode patch(String path, String body) {
    QueryServer.Answer answer = server.send("PATCH", path, body);
    assertThat(answer.status()).as(answer.body().toString()).isEqualTo(200);
    return answer.body();
  }

  private static String chat(String more) {
    return """
    {"type":"chat","function_name":"support_reply",
     "input":{"messages":[{"role":"user","content":"Where is my parcel?"}]}%s}
    """
        .formatted(more);
  }

  private static String json(String more) {
    return """
    {"type":"json","function_name":"extract",
     "input":{"messages":[{"role":"user","content":"What?"}]}%s}
    """
        .formatted(more);
  }

  // ---- create ----------------------------------------------------------------------------------

  @Test
  void create_chat_readsBackInTensorZerosShape() {
    String id =
        create(
                chat(
                    """
                    ,"output":[{"type":"text","text":"At the door."},
                      {"type":"tool_call","id":"1","raw_name":"find_parcel","raw_arguments":"{\\"number\\":7}"},
                      {"type":"tool_call","id":"2","raw_name":"find_parcel","raw_arguments":"{\\"number\\":\\"x\\"}"},
                      {"type":"tool_call","id":"3","raw_name":"none","raw_arguments":"{}"}],
                    "tags":{"split":"test"},"name":"first","episode_id":"01912345-6789-7abc-8def-0123456789ab",
                    "parallel_tool_calls":true,"source_inference_id":null
                    """
                        .replace(",\"source_inference_id\":null", "")))
            .getFirst();
    JsonNode made = get(id);
    assertThat(made.path("type").asText()).isEqualTo("chat");
    assertThat(made.path("dataset_name").asText()).isEqualTo(dataset);
    assertThat(made.path("function_name").asText()).isEqualTo("support_reply");
    assertThat(made.path("input").toString())
        .isEqualTo(
            "{\"messages\":[{\"role\":\"user\",\"content\":[{\"type\":\"text\",\"text\":\"Where is"
                + " my parcel?\"}]}]}");
    assertThat(made.path("output").get(1).path("arguments").path("number").asInt()).isEqualTo(7);
    assertThat(made.path("output").get(2).path("name").asText()).isEqualTo("find_parcel");
    assertThat(made.path("output").get(2).path("arguments").isNull()).isTrue();
    assertThat(made.path("output").get(3).path("name").isNull()).isTrue();
    assertThat(made.path("tags").toString()).isEqualTo("{\"split\":\"test\"}");
    assertThat(made.path("name").asText()).isEqualTo("first");
    assertThat(made.path("episode_id").asText()).isEqualTo("01912345-6789-7abc-8def-0123456789ab");
    assertThat(made.path("is_custom").asBoolean()).isTrue();
    assertThat(made.path("is_deleted").asBoolean(true)).isFalse();
    assertThat(made.has("staled_at")).isFalse();
    assertThat(made.has("source_inference_id")).isFalse();
    assertThat(made.path("parallel_tool_calls").asBoolean()).isTrue();
    assertThat(made.path("provider_tools").isArray()).isTrue();
    assertThat(made.path("updated_at").asText()).startsWith("2026-11-20T01:00:00.");
  }

  @Test
  void create_json_parsesWhatSatisfiesTheSchema() {
    List<String> ids =
        create(
            json(",\"output\":{\"raw\":\"{\\\"answer\\\":\\\"yes\\\"}\"}"),
            json(",\"output\":{\"raw\":\"{\\\"answer\\\":1}\"}"),
            json(",\"output\":{\"raw\":\"[1]\"},\"output_schema\":{\"type\":\"array\"}"),
            json(""));
    assertThat(get(ids.get(0)).path("output").path("parsed").path("answer").asText())
        .isEqualTo("yes");
    assertThat(get(ids.get(0)).path("output_schema").path("required").get(0).asText())
        .isEqualTo("answer");
    assertThat(get(ids.get(1)).path("output").path("parsed").isNull()).isTrue();
    assertThat(get(ids.get(1)).path("output").path("raw").asText()).isEqualTo("{\"answer\":1}");
    assertThat(get(ids.get(2)).path("output").path("parsed").get(0).asInt()).isEqualTo(1);
    assertThat(get(ids.get(3)).has("output")).isFalse();
  }

  @Test
  void create_inputFailsTheFunctionsSchema_isRefusedAndNothingKept() {
    QueryServer.Answer answer =
        server.send(
            "POST",
            path("/datapoints"),
            "{\"datapoints\":["
                + chat("")
                + ",{\"type\":\"chat\",\"function_name\":\"greet\",\"input\":{\"system\":{\"name\":7},\"messages\":[]}}]}");
    assertThat(answer.status()).isEqualTo(400);
    assertThat(answer.error())
        .contains("JSON Schema validation failed", "datapoints[1].input.system");
    assertThat(list("{}")).isEmpty();
  }

  @Test
  void create_unknownFunctionOrWrongType_is400() {
    assertThat(refused("{\"type\":\"chat\",\"function_name\":\"suport_reply\",\"input\":{}}"))
        .contains("Unknown function: suport_reply", "did you mean support_reply");
    assertThat(refused("{\"type\":\"json\",\"function_name\":\"support_reply\",\"input\":{}}"))
        .contains("is not configured as a JSON function");
    assertThat(refused(chat(",\"allowed_tools\":[\"none\"],\"output\":[]")))
        .contains("datapoints[0]", "there is no [tools.none]");
  }

  private String refused(String datapoint) {
    QueryServer.Answer answer =
        server.send("POST", path("/datapoints"), "{\"datapoints\":[" + datapoint + "]}");
    assertThat(answer.status()).isEqualTo(400);
    return answer.error();
  }

  // ---- change ----------------------------------------------------------------------------------

  @Test
  void change_chat_mintsANewIdAndStalesTheOld() {
    String old =
        create(
                chat(
                    ",\"output\":[{\"type\":\"text\",\"text\":\"a\"}],\"tags\":{\"a\":\"b\"},\"name\":\"n\",\"tool_choice\":\"auto\""))
            .getFirst();
    String fresh =
        ids(patch(
                path("/datapoints"),
                "{\"datapoints\":[{\"type\":\"chat\",\"id\":\"%s\",\"output\":null,\"tool_choice\":null,\"allowed_tools\":[]}]}"
                    .formatted(old)))
            .getFirst();
    assertThat(fresh).isNotEqualTo(old);
    JsonNode after = get(fresh);
    assertThat(after.has("output")).isFalse();
    assertThat(after.has("tool_choice")).isFalse();
    assertThat(after.path("allowed_tools").isArray()).isTrue();
    assertThat(after.path("name").asText()).isEqualTo("n");
    assertThat(after.path("tags").path("a").asText()).isEqualTo("b");
    JsonNode before = get(old);
    assertThat(before.path("staled_at").asText()).isNotEmpty();
    assertThat(before.path("output").get(0).path("text").asText()).isEqualTo("a");
    assertThat(list("{}")).hasSize(1);

    QueryServer.Answer again =
        server.send(
            "PATCH",
            path("/datapoints"),
            "{\"datapoints\":[{\"type\":\"chat\",\"id\":\"%s\"}]}".formatted(old));
    assertThat(again.status()).isEqualTo(404);
    assertThat(again.error()).contains("Datapoint not found", old);
  }

  @Test
  void change_jsonsSchema_parsesTheOutputAgain() {
    String old = create(json(",\"output\":{\"raw\":\"[1]\"}")).getFirst();
    assertThat(get(old).path("output").path("parsed").isNull()).isTrue();
    String fresh =
        ids(patch(
                path("/datapoints"),
                "{\"datapoints\":[{\"type\":\"json\",\"id\":\"%s\",\"output_schema\":{\"type\":\"array\"},\"tags\":{\"x\":\"y\"},\"name\":null}]}"
                    .formatted(old)))
            .getFirst();
    assertThat(get(fresh).path("output").path("parsed").get(0).asInt()).isEqualTo(1);
    assertThat(get(fresh).path("tags").path("x").asText()).isEqualTo("y");
  }

  @Test
  void change_oneOfTwoIsWrong_changesNeither() {
    List<String> both = create(chat(""), json(""));
    QueryServer.Answer answer =
        server.send(
            "PATCH",
            path("/datapoints"),
            "{\"datapoints\":[{\"type\":\"chat\",\"id\":\"%s\",\"name\":\"x\"},{\"type\":\"chat\",\"id\":\"%s\"}]}"
                .formatted(both.get(0), both.get(1)));
    assertThat(answer.status()).isEqualTo(400);
    assertThat(answer.error()).contains("datapoints[1].type", "is a json datapoint");
    assertThat(get(both.get(0)).has("staled_at")).isFalse();
  }

  @Test
  void rename_keepsIdAndRest() {
    String id = create(chat(",\"name\":\"old\"")).getFirst();
    assertThat(
            ids(
                patch(
                    path("/datapoints/metadata"),
                    "{\"datapoints\":[{\"id\":\"%s\",\"name\":\"new\"}]}".formatted(id))))
        .containsExactly(id);
    assertThat(get(id).path("name").asText()).isEqualTo("new");
    patch(path("/datapoints/metadata"), "{\"datapoints\":[{\"id\":\"%s\"}]}".formatted(id));
    assertThat(get(id).path("name").asText()).as("left out, unchanged").isEqualTo("new");
    patch(
        path("/datapoints/metadata"),
        "{\"datapoints\":[{\"id\":\"%s\",\"name\":null}]}".formatted(id));
    assertThat(get(id).has("name")).isFalse();
    assertThat(
            server
                .send(
                    "PATCH",
                    "/v1/datasets/another/datapoints/metadata",
                    "{\"datapoints\":[{\"id\":\"%s\",\"name\":\"x\"}]}".formatted(id))
                .status())
        .isEqualTo(404);
  }

  // ---- delete ----------------------------------------------------------------------------------

  @Test
  void delete_some_staysReadableById() {
    List<String> all = create(chat(""), chat(""), chat(""));
    QueryServer.Answer answer =
        server.send("DELETE", path("/datapoints"), "{\"ids\":[\"%s\"]}".formatted(all.get(0)));
    assertThat(answer.status()).isEqualTo(200);
    assertThat(answer.body().toString()).isEqualTo("{\"num_deleted_datapoints\":1}");
    assertThat(list("{}")).hasSize(2);
    assertThat(get(all.get(0)).path("staled_at").asText()).isNotEmpty();
    assertThat(server.send("DELETE", path(""), "").body().toString())
        .isEqualTo("{\"num_deleted_datapoints\":2}");
    assertThat(list("{}")).isEmpty();
    assertThat(server.send("DELETE", path("/datapoints"), "{\"ids\":[]}").status()).isEqualTo(400);
  }

  // ---- list ------------------------------------------------------------------------------------

  @Test
  void list_filteredSearchedAndOrdered_findsThose() {
    create(
        chat(",\"tags\":{\"n\":\"1\"},\"output\":[{\"type\":\"text\",\"text\":\"Häuser häuser\"}]"),
        chat(",\"tags\":{\"n\":\"2\"},\"output\":[{\"type\":\"text\",\"text\":\"häuser\"}]"),
        json(",\"tags\":{\"n\":\"3\"}"));
    assertThat(list("{\"limit\":2}")).hasSize(2);
    assertThat(list("{\"page_size\":1,\"offset\":2}")).hasSize(1);
    assertThat(list("{\"function_name\":\"extract\"}")).hasSize(1);
    assertThat(
            list("{\"filter\":{\"type\":\"tag\",\"key\":\"n\",\"value\":\"2\",\"comparison_operator\":\"=\"}}")
                .get(0)
                .path("tags")
                .path("n")
                .asText())
        .isEqualTo("2");
    assertThat(
            list(
                "{\"filter\":{\"type\":\"not\",\"child\":{\"type\":\"time\",\"time\":\"2027-01-01T00:00:00Z\",\"comparison_operator\":\"<\"}}}"))
        .isEmpty();
    JsonNode found =
        list(
            "{\"search_query_experimental\":\"HÄUSER\",\"order_by\":[{\"by\":\"search_relevance\",\"direction\":\"descending\"},{\"by\":\"timestamp\",\"direction\":\"ascending\"}]}");
    assertThat(found).hasSize(2);
    assertThat(found.get(0).path("tags").path("n").asText()).isEqualTo("1");
  }

  @Test
  void get_ofAnotherDataset_findsNothingUnlessAskedForAny() {
    String id = create(chat("")).getFirst();
    String body = "{\"ids\":[\"%s\"]}".formatted(id);
    assertThat(server.post("/v1/datasets/another/get_datapoints", body).path("datapoints"))
        .isEmpty();
    assertThat(server.post("/v1/datasets/get_datapoints", body).path("datapoints")).hasSize(1);
    assertThat(server.post(path("/get_datapoints"), "{\"ids\":[]}").path("datapoints")).isEmpty();
  }

  @Test
  void datasets_listed_countTheirDatapoints() {
    create(chat(""), json(""));
    JsonNode sets = server.send("GET", "/internal/datasets", "").body().path("datasets");
    JsonNode mine = null;
    for (JsonNode set : sets) {
      mine = set.path("dataset_name").asText().equals(dataset) ? set : mine;
    }
    assertThat(mine).isNotNull();
    assertThat(mine.path("datapoint_count").asInt()).isEqualTo(2);
    assertThat(mine.path("last_updated").asText()).startsWith("2026-11-20T01:");
    assertThat(
            server
                .send("GET", "/internal/datasets?function_name=extract&limit=1", "")
                .body()
                .path("datasets"))
        .hasSize(1);
    assertThat(server.send("GET", "/internal/datasets?limt=1", "").error()).contains("`limt`");
    assertThat(server.send("GET", "/internal/datasets?limit=x", "").status()).isEqualTo(400);
  }

  // ---- from inferences -------------------------------------------------------------------------

  private JsonNode from(String body) {
    return server.post(path("/from_inferences"), body);
  }

  @Test
  void fromInferences_byIds_keepsInputOutputAndOrigin() {
    from(
        "{\"type\":\"inference_ids\",\"inference_ids\":[\"%s\",\"%s\"]}"
            .formatted(Events.id(10), Events.id(11)));
    JsonNode found = list("{}");
    assertThat(found).hasSize(2);
    JsonNode json = found.get(0).path("type").asText().equals("json") ? found.get(0) : found.get(1);
    JsonNode chat = json == found.get(0) ? found.get(1) : found.get(0);
    assertThat(json.path("source_inference_id").asText()).isEqualTo(Events.id(11).toString());
    assertThat(json.path("output").path("parsed").path("answer").asText()).isEqualTo("yes");
    assertThat(json.path("is_custom").asBoolean(true)).isFalse();
    assertThat(json.path("episode_id").asText()).isEqualTo(Events.id(1_000_011).toString());
    assertThat(json.path("tags").path("plan").asText()).isEqualTo("free");
    assertThat(chat.path("additional_tools").get(0).path("name").asText()).isEqualTo("own");
    assertThat(chat.path("tool_choice").asText()).isEqualTo("required");
    // What came of an inference can be changed like any other.
    String fresh =
        ids(patch(
                path("/datapoints"),
                "{\"datapoints\":[{\"type\":\"chat\",\"id\":\"%s\",\"output\":[{\"type\":\"tool_call\",\"id\":\"9\",\"raw_name\":\"own\",\"raw_arguments\":\"{}\"}]}]}"
                    .formatted(chat.path("id").asText())))
            .getFirst();
    assertThat(get(fresh).path("output").get(0).path("name").asText()).isEqualTo("own");
    assertThat(get(fresh).path("is_custom").asBoolean()).isTrue();
  }

  @Test
  void fromInferences_byQuery_takesAllThatMatch() {
    JsonNode made =
        from(
            "{\"type\":\"inference_query\",\"function_name\":\"support_reply\",\"output_source\":\"none\","
                + "\"filters\":{\"type\":\"time\",\"time\":\"2026-11-20T00:00:09Z\",\"comparison_operator\":\"<\"}}");
    assertThat(made.path("ids")).hasSize(7);
    assertThat(list("{\"limit\":100}")).hasSize(7).allMatch(one -> !one.has("output"));
  }

  @Test
  void fromInferences_demonstrated_haveWhatPeopleSaid() {
    from(
        "{\"type\":\"inference_query\",\"function_name\":\"support_reply\",\"output_source\":\"demonstration\"}");
    JsonNode found = list("{}");
    assertThat(found).hasSize(2);
    assertThat(found.toString()).contains("Take the blue label.");
    QueryServer.Answer answer =
        server.send(
            "POST",
            path("/from_inferences"),
            "{\"type\":\"inference_ids\",\"output_source\":\"demonstration\",\"inference_ids\":[\"%s\"]}"
                .formatted(Events.id(1)));
    assertThat(answer.status()).isEqualTo(400);
    assertThat(answer.error()).contains("Inference " + Events.id(1) + " not found");
  }

  @Test
  void fromInferences_oneCannotBeUsed_keepsNone() {
    for (int n : new int[] {13, 15, 6, 900}) {
      QueryServer.Answer answer =
          server.send(
              "POST",
              path("/from_inferences"),
              "{\"type\":\"inference_ids\",\"inference_ids\":[\"%s\",\"%s\"]}"
                  .formatted(Events.id(1), Events.id(n)));
      assertThat(answer.status()).as("" + n).isEqualTo(400);
      assertThat(answer.error()).contains(Events.id(n).toString());
    }
    QueryServer.Answer gone =
        server.send(
            "POST",
            path("/from_inferences"),
            "{\"type\":\"inference_ids\",\"inference_ids\":[\"%s\"]}".formatted(Events.id(14)));
    assertThat(gone.status()).isEqualTo(404);
    assertThat(gone.error()).contains("Unknown function: gone");
    assertThat(list("{}")).isEmpty();
  }

  // ---- names -----------------------------------------------------------------------------------

  @Test
  void names_reservedOrOdd_areRefusedEverywhere() {
    for (String name : new String[] {"builder", "tensorzero::x", "%20", "a%00b", "x".repeat(257)}) {
      for (String rest : new String[] {"/datapoints", "/list_datapoints", "/from_inferences"}) {
        QueryServer.Answer answer = server.send("POST", "/v1/datasets/" + name + rest, "{}");
        assertThat(answer.status()).as(name + rest).isEqualTo(400);
        assertThat(answer.error()).contains("Invalid dataset name");
      }
    }
    dataset = "a%20na%C3%AFve%2Fset";
    create(chat(""));
    assertThat(list("{}").get(0).path("dataset_name").asText()).isEqualTo("a naïve/set");
  }
}
