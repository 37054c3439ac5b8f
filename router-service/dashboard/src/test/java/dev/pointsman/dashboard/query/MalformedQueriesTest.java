package dev.pointsman.dashboard.query;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pointsman.dashboard.testing.QueryServer;
import dev.pointsman.dashboard.testing.Traffic;
import dev.pointsman.eventlog.testing.Events;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Whatever comes in: a 4xx with TensorZero's error body that names the field, never a 500. */
final class MalformedQueriesTest {

  private static final String ID = Events.id(1).toString();
  private static final List<String> VALUES =
      List.of(
          "7",
          "-1",
          "1.5",
          "1e400",
          "\"text\"",
          "\"\"",
          "\"\\u0000\"",
          "true",
          "[]",
          "[7]",
          "[[]]",
          "[null]",
          "{}",
          "{\"a\":1}",
          "99999999999999999999",
          "\"'; DROP TABLE inference; --\"");

  private static QueryServer server;

  @BeforeAll
  static void start(@TempDir Path directory) {
    server = QueryServer.start(directory, Traffic.events());
  }

  @AfterAll
  static void stop() {
    server.close();
  }

  /** A path with a body that it takes. */
  private record Call(String method, String path, String body) {}

  private static List<Call> calls() {
    return List.of(
        new Call(
            "POST",
            "/v1/inferences/list_inferences",
            "{\"function_name\":\"support_reply\",\"variant_name\":\"small\",\"episode_id\":\"%s\",\"output_source\":\"none\",\"limit\":3,\"offset\":0,\"filters\":{\"type\":\"and\",\"children\":[]},\"filter\":null,\"order_by\":[],\"search_query_experimental\":\"a\",\"before\":null,\"after\":null}"
                .formatted(ID)),
        new Call(
            "POST",
            "/v1/inferences/get_inferences",
            "{\"ids\":[\"%s\"],\"function_name\":\"support_reply\",\"output_source\":\"inference\"}"
                .formatted(ID)),
        new Call(
            "POST",
            "/v1/datasets/d/datapoints",
            "{\"datapoints\":[{\"type\":\"chat\",\"function_name\":\"support_reply\",\"input\":{\"messages\":[]},\"output\":[],\"tags\":{},\"name\":\"n\",\"episode_id\":null,\"allowed_tools\":null,\"additional_tools\":[],\"tool_choice\":\"auto\",\"parallel_tool_calls\":null,\"provider_tools\":[]}]}"),
        new Call(
            "PATCH",
            "/v1/datasets/d/datapoints",
            "{\"datapoints\":[{\"type\":\"chat\",\"id\":\"%s\",\"input\":{\"messages\":[]}}]}"
                .formatted(ID)),
        new Call(
            "PATCH",
            "/v1/datasets/d/datapoints/metadata",
            "{\"datapoints\":[{\"id\":\"%s\",\"name\":\"n\"}]}".formatted(ID)),
        new Call("DELETE", "/v1/datasets/d/datapoints", "{\"ids\":[\"%s\"]}".formatted(ID)),
        new Call(
            "POST",
            "/v1/datasets/d/from_inferences",
            "{\"type\":\"inference_ids\",\"inference_ids\":[\"%s\"],\"output_source\":\"inference\"}"
                .formatted(ID)),
        new Call(
            "POST",
            "/v1/datasets/e/list_datapoints",
            "{\"function_name\":\"support_reply\",\"limit\":1,\"page_size\":1,\"offset\":0,\"filter\":null,\"order_by\":[],\"search_query_experimental\":\"a\"}"),
        new Call("POST", "/v1/datasets/e/get_datapoints", "{\"ids\":[\"%s\"]}".formatted(ID)),
        new Call("POST", "/v1/datasets/get_datapoints", "{\"ids\":[\"%s\"]}".formatted(ID)));
  }

  private static void isRefused(Call call, String body) {
    HttpResponse<String> answer =
        server.raw(call.method(), call.path(), HttpRequest.BodyPublishers.ofString(body));
    String what = call.method() + " " + call.path() + " " + body + " → " + answer.body();
    assertThat(answer.statusCode()).as(what).isBetween(400, 499);
    assertThat(answer.body()).as(what).startsWith("{\"error\":\"");
    assertThat(answer.headers().firstValue("content-type").orElse("")).contains("json");
  }

  @Test
  void bodies_thatAreNoObject_areRefused() {
    for (Call call : calls()) {
      for (String body : List.of("", " ", "null", "7", "[]", "{", "{}}", "{\"a\":", "\u0000")) {
        isRefused(call, body);
      }
      HttpResponse<String> notUtf8 =
          server.raw(
              call.method(),
              call.path(),
              HttpRequest.BodyPublishers.ofByteArray(
                  "{\"ids\":[\"\u00e4\"]}".getBytes(StandardCharsets.ISO_8859_1)));
      assertThat(notUtf8.statusCode()).isEqualTo(400);
    }
  }

  @Test
  void bodies_withAnUnknownField_nameItAndWhatWasMeant() {
    for (Call call : calls()) {
      QueryServer.Answer answer =
          server.send(
              call.method(), call.path(), call.body().replaceFirst("\\{", "{\"zzz_unknown\":1,"));
      assertThat(answer.status()).as(call + " " + answer.body()).isEqualTo(400);
      assertThat(answer.error()).as(call.path()).contains("zzz_unknown");
    }
    assertThat(
            server
                .send("POST", "/v1/inferences/list_inferences", "{\"function_nam\":\"x\"}")
                .error())
        .contains("unknown field `function_nam` (did you mean `function_name`?)");
  }

  @Test
  void fields_ofAnyOtherType_neverFailInside() {
    for (Call call : calls()) {
      String body = call.body();
      java.util.regex.Matcher field =
          java.util.regex.Pattern.compile("\"([a-z_]+)\":").matcher(body);
      while (field.find()) {
        int end = valueEnd(body, field.end());
        for (String value : VALUES) {
          String changed = body.substring(0, field.end()) + value + body.substring(end);
          HttpResponse<String> answer =
              server.raw(call.method(), call.path(), HttpRequest.BodyPublishers.ofString(changed));
          assertThat(answer.statusCode())
              .as(call.method() + " " + call.path() + " " + changed + " → " + answer.body())
              .isLessThan(500);
          if (answer.statusCode() >= 400) {
            assertThat(answer.body()).startsWith("{\"error\":\"");
          }
        }
      }
    }
  }

  /** Where the JSON value that begins at an index ends. */
  private static int valueEnd(String json, int start) {
    int depth = 0;
    boolean quoted = false;
    for (int i = start; i < json.length(); i++) {
      char c = json.charAt(i);
      if (quoted) {
        quoted = c != '"' || json.charAt(i - 1) == '\\';
      } else if (c == '"') {
        quoted = true;
      } else if (c == '{' || c == '[') {
        depth++;
      } else if ((c == '}' || c == ']' || c == ',') && depth == 0) {
        return i;
      } else if (c == '}' || c == ']') {
        depth--;
      }
    }
    return json.length();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '~',
      value = {
        "{\"limit\":-1}|`limit` must be 0 to 1000",
        "{\"limit\":\"5\"}|`limit` must be a whole number, but is a string",
        "{\"offset\":1000001}|`offset` must be 0 to 1000000",
        "{\"episode_id\":\"x\"}|`episode_id` must be a UUID",
        "{\"output_source\":\"both\"}|`output_source` must be one of inference, demonstration,"
            + " none",
        "{\"before\":\"ID\",\"after\":\"ID\"}|Cannot specify both 'before' and 'after'",
        "{\"before\":\"ID\",\"offset\":0}|Cannot use 'offset' with cursor pagination",
        "{\"after\":\"ID\",\"order_by\":[{\"by\":\"metric\",\"name\":\"resolved\",\"direction\":\"ascending\"}]}|only"
            + " ordering by timestamp is supported",
        "{\"order_by\":[{\"by\":\"timestamp\"}]}|missing field `direction` in `order_by[0]`",
        "{\"order_by\":[{\"by\":\"time\",\"direction\":\"ascending\"}]}|`order_by[0].by` must be"
            + " one of",
        "{\"order_by\":[{\"by\":\"timestamp\",\"direction\":\"up\"}]}|`order_by[0].direction` must"
            + " be one of",
        "{\"order_by\":[{\"by\":\"metric\",\"name\":\"resolvd\",\"direction\":\"ascending\"}]}|there"
            + " is no metric resolvd (did you mean resolved?)",
        "{\"order_by\":[{\"by\":\"search_relevance\",\"direction\":\"ascending\"}]}|needs"
            + " `search_query_experimental`",
        "{\"order_by\":[7]}|`order_by[0]` must be a JSON object",
        "{\"search_query_experimental\":\"\"}|`search_query_experimental` must have 1 to 1000"
            + " characters",
        "{\"filters\":{}}|missing field `type` in `filters`",
        "{\"filters\":{\"type\":\"tga\"}}|`filters.type` must be one of and, or, not,"
            + " boolean_metric, demonstration_feedback, float_metric, tag, time, but is `tga` (did"
            + " you mean `tag`?)",
        "{\"filters\":{\"type\":\"and\"}}|missing field `children` in `filters`",
        "{\"filters\":{\"type\":\"not\"}}|missing field `child` in `filters`",
        "{\"filters\":{\"type\":\"or\",\"children\":[{\"type\":\"tag\",\"key\":\"a\"}]}}|missing"
            + " field `value` in `filters.children[0]`",
        "{\"filters\":{\"type\":\"tag\",\"key\":\"a\",\"value\":\"b\",\"comparison_operator\":\"<\"}}|`filters.comparison_operator`"
            + " must be one of =, !=",
        "{\"filters\":{\"type\":\"tag\",\"key\":\"a\",\"value\":\"b\",\"comparison_operator\":\"=\",\"x\":1}}|unknown"
            + " field `filters.x`",
        "{\"filters\":{\"type\":\"time\",\"time\":\"yesterday\",\"comparison_operator\":\"<\"}}|`filters.time`"
            + " must be a time",
        "{\"filters\":{\"type\":\"time\",\"time\":\"9999-12-31T00:00:00Z\",\"comparison_operator\":\"<\"}}|`filters.time`"
            + " must be a time of 1970 to 2199",
        "{\"filters\":{\"type\":\"boolean_metric\",\"metric_name\":\"resolved\",\"value\":1}}|`filters.value`"
            + " must be true or false",
        "{\"filters\":{\"type\":\"boolean_metric\",\"metric_name\":\"rating\",\"value\":true}}|metric"
            + " rating is a float metric",
        "{\"filters\":{\"type\":\"boolean_metric\",\"metric_name\":\"nothing\",\"value\":true}}|there"
            + " is no metric nothing",
        "{\"filters\":{\"type\":\"float_metric\",\"metric_name\":\"rating\",\"value\":1,\"comparison_operator\":\"~\"}}|`filters.comparison_operator`"
            + " must be one of",
        "{\"filters\":{\"type\":\"float_metric\",\"metric_name\":\"rating\",\"value\":1e400,\"comparison_operator\":\"<\"}}|`filters.value`"
            + " is out of range",
        "{\"filters\":{\"type\":\"demonstration_feedback\"}}|missing field `has_demonstration` in"
            + " `filters`",
      })
  void list_malformed_namesTheField(String body, String sentence) {
    QueryServer.Answer answer =
        server.send("POST", "/v1/inferences/list_inferences", body.replace("ID", ID));
    assertThat(answer.status()).as(body).isEqualTo(400);
    assertThat(answer.error()).contains(sentence);
  }

  @Test
  void filters_tooDeepOrTooMany_areRefused() {
    String deep = "{\"type\":\"and\",\"children\":[]}";
    for (int i = 0; i < FilterReading.MAX_DEPTH; i++) {
      deep = "{\"type\":\"not\",\"child\":" + deep + "}";
    }
    assertThat(error("{\"filters\":" + deep + "}")).contains("nested at most 16 deep");
    String one = "{\"type\":\"and\",\"children\":[]}";
    String many = one + ("," + one).repeat(FilterReading.MAX_NODES);
    assertThat(error("{\"filters\":{\"type\":\"or\",\"children\":[" + many + "]}}"))
        .contains("at most 200 conditions");
    assertThat(error("{\"filters\":" + "[".repeat(5_000) + "}")).contains("not JSON");
  }

  private static String error(String body) {
    QueryServer.Answer answer = server.send("POST", "/v1/inferences/list_inferences", body);
    assertThat(answer.status()).isEqualTo(400);
    return answer.error();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '~',
      value = {
        "POST|datapoints|{\"datapoints\":[]}|At least one datapoint must be provided",
        "POST|datapoints|{\"datapoints\":{}}|`datapoints` must be an array",
        "POST|datapoints|{\"datapoints\":[{}]}|missing field `type` in `datapoints[0]`",
        "POST|datapoints|{\"datapoints\":[{\"type\":\"chat\"}]}|missing field `function_name` in"
            + " `datapoints[0]`",
        "POST|datapoints|{\"datapoints\":[{\"type\":\"chat\",\"function_name\":\"support_reply\"}]}|missing"
            + " field `input` in `datapoints[0]`",
        "POST|datapoints|{\"datapoints\":[{\"type\":\"chat\",\"function_name\":\"support_reply\",\"input\":{\"messages\":[{\"role\":\"usr\",\"content\":\"\"}]}}]}|`datapoints[0].input.messages[0].role`"
            + " must be one of user, assistant",
        "POST|datapoints|{\"datapoints\":[{\"type\":\"chat\",\"function_name\":\"support_reply\",\"input\":{},\"output\":\"text\"}]}|`datapoints[0].output`"
            + " must be an array",
        "POST|datapoints|{\"datapoints\":[{\"type\":\"chat\",\"function_name\":\"support_reply\",\"input\":{},\"output\":[{\"type\":\"tool_call\",\"id\":\"1\"}]}]}|missing"
            + " field `raw_name` in `datapoints[0].output[0]`",
        "POST|datapoints|{\"datapoints\":[{\"type\":\"chat\",\"function_name\":\"support_reply\",\"input\":{},\"tags\":{\"a\":1}}]}|`datapoints[0].tags.a`"
            + " must be a string",
        "POST|datapoints|{\"datapoints\":[{\"type\":\"chat\",\"function_name\":\"support_reply\",\"input\":{},\"output_schema\":{}}]}|unknown"
            + " field `datapoints[0].output_schema`",
        "POST|datapoints|{\"datapoints\":[{\"type\":\"chat\",\"function_name\":\"support_reply\",\"input\":{},\"provider_tools\":[{}]}]}|`datapoints[0].provider_tools`"
            + " is not supported yet",
        "POST|datapoints|{\"datapoints\":[{\"type\":\"json\",\"function_name\":\"extract\",\"input\":{},\"output\":{\"raw\":7}}]}|`datapoints[0].output.raw`"
            + " must be a string",
        "POST|datapoints|{\"datapoints\":[{\"type\":\"json\",\"function_name\":\"extract\",\"input\":{},\"output_schema\":{\"type\":\"nothing\"}}]}|`datapoints[0].output_schema`",
        "PATCH|datapoints|{\"datapoints\":[{\"type\":\"chat\"}]}|missing field `id` in"
            + " `datapoints[0]`",
        "PATCH|datapoints|{\"datapoints\":[{\"type\":\"chat\",\"id\":\"ID\"},{\"type\":\"chat\",\"id\":\"ID\"}]}|Duplicate"
            + " datapoint id provided",
        "PATCH|datapoints/metadata|{\"datapoints\":[{\"id\":7}]}|`datapoints[0].id` must be a"
            + " string",
        "DELETE|datapoints|{\"ids\":[\"x\"]}|`ids[0]` must be a UUID, but is `x`",
        "DELETE|datapoints|{\"ids\":[]}|`ids` must be a non-empty list",
        "DELETE|datapoints|{}|missing field `ids`",
        "POST|from_inferences|{\"type\":\"all\"}|`type` must be one of inference_ids,"
            + " inference_query",
        "POST|from_inferences|{\"type\":\"inference_ids\"}|missing field `inference_ids`",
        "POST|from_inferences|{\"type\":\"inference_ids\",\"inference_ids\":[],\"limit\":1}|unknown"
            + " field `limit`",
        "POST|from_inferences|{\"type\":\"inference_query\",\"filters\":{\"type\":\"x\"}}|`filters.type`"
            + " must be one of",
        "POST|list_datapoints|{\"filter\":{\"type\":\"boolean_metric\"}}|`filter.type` must be one"
            + " of and, or, not, tag, time",
        "POST|list_datapoints|{\"limit\":1001}|`limit` must be 0 to 1000",
        "POST|list_datapoints|{\"order_by\":[{\"by\":\"metric\",\"direction\":\"ascending\"}]}|`order_by[0].by`"
            + " must be one of timestamp, search_relevance",
        "POST|get_datapoints|{\"ids\":7}|`ids` must be an array",
      })
  void datasets_malformed_namesTheField(String method, String path, String body, String sentence) {
    QueryServer.Answer answer =
        server.send(method, "/v1/datasets/d/" + path, body.replace("ID", ID));
    assertThat(answer.status()).as(body).isEqualTo(400);
    assertThat(answer.error()).contains(sentence);
  }

  @Test
  void lookUps_malformed_areRefused() {
    for (String path :
        List.of(
            "/api/inferences?functoin=x",
            "/api/inferences?limit=0",
            "/api/inferences?limit=1001",
            "/api/inferences?limit=x",
            "/api/inferences?before=x",
            "/api/inferences?explored=maybe",
            "/api/inferences?outcome=good",
            "/api/inferences?tag=x",
            "/api/inferences?lane=a&lane=b",
            "/api/episodes/x",
            "/api/feedback?target=x",
            "/api/feedback?target=" + ID + "&limit=0",
            "/internal/feedback/x",
            "/api/feedback?target=" + ID + "&limit=x",
            "/api/feedback")) {
      HttpResponse<String> answer = server.raw("GET", path, HttpRequest.BodyPublishers.noBody());
      assertThat(answer.statusCode()).as(path + answer.body()).isEqualTo(400);
    }
    assertThat(server.send("GET", "/api/inferences?functoin=x", "").error())
        .contains("did you mean function?");
  }
}
