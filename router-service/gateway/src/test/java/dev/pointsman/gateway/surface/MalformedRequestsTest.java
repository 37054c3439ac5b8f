package dev.pointsman.gateway.surface;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pointsman.gateway.sink.NettySettings;
import dev.pointsman.gateway.testing.Eventually;
import dev.pointsman.gateway.testing.RouterUnderTest;
import java.net.Socket;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Whatever comes in: a 4xx that says why, never a 500, and the router lives on. */
final class MalformedRequestsTest {

  @TempDir static Path directory;
  private static RouterUnderTest router;

  @BeforeAll
  static void start() {
    router =
        RouterUnderTest.start(
            directory,
            """
            [functions.chat]
            type = "chat"
            [functions.chat.variants.v]
            type = "chat_completion"
            model = "dummy::good"
            [functions.json]
            type = "json"
            [functions.json.variants.v]
            type = "chat_completion"
            model = "dummy::json"
            json_mode = "on"
            """);
  }

  @AfterAll
  static void stop() {
    router.close();
  }

  private static final List<String> WRONG_VALUES =
      List.of("7", "\"text\"", "true", "[]", "[7]", "{\"a\":1}", "1e400", "-1", "[[]]", "{}");

  /** Bodies that are no object of the right kind for any surface. */
  private static final List<String> NO_OBJECTS =
      List.of(
          "",
          " ",
          "null",
          "7",
          "\"text\"",
          "[]",
          "{",
          "}",
          "{]",
          "{\"a\"}",
          "{\"a\":}",
          "{\"a\":1}{",
          "{\"a\":1} x",
          "{'a':1}",
          "{\"a\":NaN}",
          "\u0000",
          "{\"a\":\"\\ud800\"}",
          "{\"\\udfff\":1}",
          "{\"a\":01}",
          "{\"a\":1e%s}".formatted("9".repeat(80)),
          "[".repeat(3000),
          "{\"a\":".repeat(600) + "1" + "}".repeat(600),
          "{\"a\":\"" + "\\",
          "<xml/>",
          "a=b&c=d");

  private static List<String> nativeBodies() {
    List<String> bodies = new ArrayList<>(NO_OBJECTS);
    String input = "\"input\":{\"messages\":[{\"role\":\"user\",\"content\":\"x\"}]}";
    for (String field :
        List.of(
            "episode_id",
            "namespace",
            "variant_name",
            "tags",
            "params",
            "allowed_tools",
            "additional_tools",
            "tool_choice",
            "stream",
            "dryrun",
            "output_schema",
            "cache_options",
            "credentials",
            "extra_body",
            "unheard_of")) {
      for (String value : WRONG_VALUES) {
        if (accepted(field, value)) {
          continue;
        }
        bodies.add("{\"function_name\":\"chat\",%s,\"%s\":%s}".formatted(input, field, value));
      }
    }
    for (String value : WRONG_VALUES) {
      bodies.add(
          "{\"function_name\":\"chat\",\"input\":{\"messages\":%s}}"
              .formatted(value.equals("[]") ? "7" : value));
      bodies.add(
          "{\"function_name\":\"chat\",\"input\":{\"messages\":[{\"role\":\"user\",\"content\":[%s]}]}}"
              .formatted(value));
      bodies.add(
          "{\"function_name\":%s,%s}".formatted(value.equals("\"text\"") ? "7" : value, input));
    }
    bodies.add("{%s}".formatted(input));
    bodies.add("{\"function_name\":\"chat\",\"model_name\":\"m\",%s}".formatted(input));
    bodies.add("{\"function_name\":\"nope\",%s}".formatted(input));
    bodies.add("{\"model_name\":\"nope\",%s}".formatted(input));
    bodies.add("{\"model_name\":\"dummy::\",%s}".formatted(input));
    bodies.add("{\"function_name\":\"chat\"}");
    bodies.add(
        "{\"function_name\":\"chat\",%s,\"params\":{\"chat_completion\":{\"temperature\":\"hot\"}}}"
            .formatted(input));
    return bodies;
  }

  /** Values that are no mistake: empty containers, and what a field's type allows. */
  private static boolean accepted(String field, String value) {
    return switch (field) {
      case "namespace" -> value.equals("\"text\"");
      case "tags", "params", "cache_options" -> value.equals("{}");
      case "allowed_tools", "additional_tools" -> value.equals("[]");
      case "stream", "dryrun" -> value.equals("true");
      case "credentials", "extra_body" -> value.equals("[]") || value.equals("{}");
      default -> false;
    };
  }

  private static List<String> chatBodies() {
    List<String> bodies = new ArrayList<>(NO_OBJECTS);
    String messages = "\"messages\":[{\"role\":\"user\",\"content\":\"x\"}]";
    for (String field :
        List.of(
            "temperature",
            "max_tokens",
            "n",
            "stream",
            "stream_options",
            "tools",
            "tool_choice",
            "response_format",
            "pointsman",
            "tensorzero::tags",
            "tensorzero::episode_id",
            "tensorzero::unheard_of",
            "user")) {
      for (String value : WRONG_VALUES) {
        boolean fine =
            switch (field) {
              case "temperature" -> value.equals("7") || value.equals("-1");
              case "max_tokens" -> value.equals("7");
              case "stream" -> value.equals("true");
              case "stream_options" -> value.startsWith("{");
              case "tools" -> value.equals("[]");
              case "pointsman", "tensorzero::tags" -> value.equals("{}");
              case "user" -> value.equals("\"text\"");
              default -> false;
            };
        if (!fine) {
          bodies.add("{\"model\":\"chat\",%s,\"%s\":%s}".formatted(messages, field, value));
        }
      }
    }
    for (String value : WRONG_VALUES) {
      bodies.add("{\"model\":\"chat\",\"messages\":%s}".formatted(value));
      bodies.add(
          "{\"model\":\"chat\",\"messages\":[{\"role\":\"user\",\"content\":[%s]}]}"
              .formatted(value));
      bodies.add("{\"model\":%s,%s}".formatted(value, messages));
    }
    bodies.add("{%s}".formatted(messages));
    bodies.add("{\"model\":\"function_name::\",%s}".formatted(messages));
    bodies.add(
        "{\"model\":\"chat\",\"messages\":[{\"role\":\"tool\",\"tool_call_id\":\"x\",\"content\":\"y\"}]}");
    bodies.add("{\"model\":\"chat\",\"messages\":[{\"role\":\"wizard\",\"content\":\"y\"}]}");
    return bodies;
  }

  private static HttpResponse<String> post(String path, String body) {
    return router.send(
        HttpRequest.newBuilder(router.uri(path))
            .POST(HttpRequest.BodyPublishers.ofByteArray(body.getBytes(StandardCharsets.UTF_8)))
            .build());
  }

  @Test
  void inference_anythingMalformed_is4xxWithNativeBody() {
    List<String> bodies = nativeBodies();
    assertThat(bodies).hasSizeGreaterThan(150);
    for (String body : bodies) {
      HttpResponse<String> response = post("/inference", body);
      assertThat(response.statusCode()).as("%s -> %s", body, response.body()).isBetween(400, 499);
      assertThat(response.body()).startsWith("{\"error\":\"");
    }
    assertAlive();
  }

  @Test
  void chat_anythingMalformed_is4xxWithFourKeys() {
    List<String> bodies = chatBodies();
    assertThat(bodies).hasSizeGreaterThan(150);
    for (String body : bodies) {
      HttpResponse<String> response = post("/v1/chat/completions", body);
      assertThat(response.statusCode()).as("%s -> %s", body, response.body()).isBetween(400, 499);
      assertThat(response.body())
          .startsWith("{\"error\":{\"message\":")
          .contains("\"type\":", "\"param\":", "\"code\":");
    }
    assertAlive();
  }

  private static void assertAlive() {
    assertThat(
            post(
                    "/inference",
                    "{\"function_name\":\"chat\",\"input\":{\"messages\":[{\"role\":\"user\",\"content\":\"x\"}]}}")
                .statusCode())
        .isEqualTo(200);
  }

  @Test
  void unknownRoute_namesMethodAndPath_inEachSurfacesWords() {
    HttpResponse<String> ours = router.get("/nowhere");
    HttpResponse<String> openAi = router.get("/v1/nowhere");

    assertThat(ours.statusCode()).isEqualTo(404);
    assertThat(ours.body()).isEqualTo("{\"error\":\"Route not found: GET /nowhere\"}");
    assertThat(openAi.statusCode()).isEqualTo(404);
    assertThat(openAi.body())
        .contains("Route not found: GET /v1/nowhere", "\"param\":null", "\"code\"");
  }

  @Test
  void wrongMethod_is405() {
    assertThat(router.get("/inference").statusCode()).isEqualTo(405);
    assertThat(router.get("/v1/chat/completions").body()).contains("method_not_allowed");
  }

  @Test
  void body_aByteAboveTenMebibytes_isAnswered() {
    String before = "{\"messages\":[{\"role\":\"user\",\"content\":\"";
    String after = "\"}],\"model\":\"function_name::chat\"}";
    int text = (10 << 20) + 1 - before.length() - after.length();
    HttpResponse<String> response = post("/v1/chat/completions", before + "x".repeat(text) + after);

    assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
  }

  @Test
  void largeBody_besideManyOthers_is503AndTheNextIsAnswered() throws Exception {
    String large =
        "{\"messages\":[{\"role\":\"user\",\"content\":\"%s\"}],\"model\":\"function_name::chat\"}"
            .formatted("x".repeat(LargeBodies.LARGE));
    LargeBodies bodies = router.bean(LargeBodies.class);
    // A body is given back a moment after its caller has the answer.
    assertThat(Eventually.within(Duration.ofSeconds(10), () -> bodies.bytes() == 0)).isTrue();
    long others = Runtime.getRuntime().maxMemory();
    assertThat(bodies.admit(others)).as("there is no other").isTrue();

    HttpResponse<String> refused = post("/v1/chat/completions", large);
    assertThat(post("/v1/chat/completions", "{}").statusCode()).as("a small one").isEqualTo(400);
    bodies.release(others);

    assertThat(refused.statusCode()).as(refused.body()).isEqualTo(503);
    assertThat(refused.headers().firstValue("retry-after")).contains("5");
    assertThat(post("/v1/chat/completions", large).statusCode()).isEqualTo(200);
  }

  /** It is refused for what it says of itself, before any of it is read. */
  @Test
  void body_aByteAboveTheLimit_is413WithTheLimit() throws Exception {
    String answer;
    try (Socket socket = new Socket("127.0.0.1", router.port())) {
      socket.setSoTimeout(10_000);
      String head =
          """
          POST /inference HTTP/1.1\r
          host: 127.0.0.1\r
          content-type: application/json\r
          content-length: %d\r
          connection: close\r
          \r
          """
              .formatted(NettySettings.MOST_BODY_BYTES + 1);
      socket.getOutputStream().write(head.getBytes(StandardCharsets.US_ASCII));
      answer = new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    }

    assertThat(answer)
        .startsWith("HTTP/1.1 413 ")
        .endsWith(
            "{\"error\":\"the body is larger than the 100,000,000 bytes that this router"
                + " accepts\"}");
  }

  @Test
  void foreignPage_isRefused() {
    assertThat(router.get("/status", "origin", "https://evil.example").statusCode()).isEqualTo(403);
    assertThat(router.get("/status", "origin", "null").statusCode()).isEqualTo(403);
    assertThat(router.get("/status", "origin", "http://localhost:3000").statusCode())
        .isEqualTo(200);
    assertThat(router.get("/status", "sec-fetch-site", "cross-site").statusCode()).isEqualTo(403);
  }

  @Test
  void operations_areServed() {
    assertThat(router.get("/status").body()).contains("config_hash");
    assertThat(router.get("/health").statusCode()).isEqualTo(200);
    assertThat(router.get("/ready").statusCode()).isEqualTo(200);
    assertAlive();
    assertThat(router.get("/metrics").body())
        .contains(
            "tensorzero_requests_total",
            "tensorzero_inferences_total",
            "tensorzero_inference_latency_overhead_seconds_bucket",
            "pointsman_running_requests 0.0",
            "pointsman_open_answers 0.0",
            "pointsman_upstream_exchanges 0.0",
            "pointsman_upstream_connections 0.0",
            "pointsman_upstream_idle_connections 0.0");
    assertThat(router.get("/openapi.yaml").body()).startsWith("openapi: 3.1.0");
  }
}
