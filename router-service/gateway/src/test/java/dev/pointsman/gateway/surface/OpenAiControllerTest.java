package dev.pointsman.gateway.surface;

import static dev.pointsman.gateway.testing.OpenAiStandIn.chunk;
import static dev.pointsman.gateway.testing.OpenAiStandIn.ending;
import static dev.pointsman.gateway.testing.OpenAiStandIn.failing;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.pointsman.chat.json.Json;
import dev.pointsman.eventlog.Event;
import dev.pointsman.eventlog.InferenceEvent;
import dev.pointsman.eventlog.InferenceEvent.Ending;
import dev.pointsman.eventlog.testing.EventLogInvariants;
import dev.pointsman.gateway.testing.OpenAiStandIn;
import dev.pointsman.gateway.testing.RouterUnderTest;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.Socket;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** Chat completions through to an upstream that answers, fails, cuts and stalls. */
final class OpenAiControllerTest {

  @RegisterExtension
  final EventLogInvariants invariants = EventLogInvariants.ofEvents(() -> this.logged);

  @TempDir Path directory;
  private List<Event> logged = List.of();
  private OpenAiStandIn upstream;
  private RouterUnderTest router;

  @BeforeEach
  void start() {
    upstream = OpenAiStandIn.start();
    router =
        RouterUnderTest.start(
            directory,
            """
            [models.m]
            routing = ["first", "second"]
            timeouts = { streaming = { ttft_ms = 30000 } }
            [models.m.providers.first]
            type = "openai"
            model_name = "gpt-first"
            api_base = "%1$s"
            api_key_location = "path::%2$s"
            cost = [
              { pointer = "/usage/prompt_tokens", cost_per_million = 1.0 },
              { pointer = "/usage/completion_tokens", cost_per_million = 2.0 },
            ]
            [models.m.providers.second]
            type = "openai"
            model_name = "gpt-second"
            api_base = "%1$s"
            api_key_location = "none"

            [models.hasty]
            routing = ["first", "second"]
            timeouts = { streaming = { ttft_ms = 300, total_ms = 1000 }, non_streaming = { total_ms = 400 } }
            [models.hasty.providers.first]
            type = "openai"
            model_name = "gpt-first"
            api_base = "%1$s"
            api_key_location = "none"
            [models.hasty.providers.second]
            type = "openai"
            model_name = "gpt-second"
            api_base = "%1$s"
            api_key_location = "none"

            [functions.hasty]
            type = "chat"
            [functions.hasty.variants.v]
            type = "chat_completion"
            model = "hasty"

            [functions.chat]
            type = "chat"
            [functions.chat.variants.v]
            type = "chat_completion"
            model = "m"
            """
                .formatted(upstream.apiBase(), secretFile()));
  }

  private Path secretFile() {
    try {
      return Files.writeString(directory.resolve("key"), "sk-test-secret\n");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @AfterEach
  void stop() {
    logged = router.events();
    router.close();
    upstream.close();
  }

  private static String ask(String rest) {
    return "{\"model\":\"chat\",\"messages\":[{\"role\":\"user\",\"content\":\"hello\"}]%s}"
        .formatted(rest);
  }

  private HttpResponse<String> post(String rest, String... headers) {
    return router.post("/v1/chat/completions", ask(rest), headers);
  }

  @Test
  void chat_whole_carriesParametersUpstreamAndUsageBack() throws Exception {
    upstream.then(OpenAiStandIn.answer("hi"));

    HttpResponse<String> response =
        post(
            ",\"temperature\":0.5,\"max_tokens\":9,\"stop\":\"x\",\"tools\":[{\"type\":\"function\","
                + "\"function\":{\"name\":\"f\",\"parameters\":{\"type\":\"object\"}}}],"
                + "\"tool_choice\":\"auto\",\"response_format\":{\"type\":\"json_schema\","
                + "\"json_schema\":{\"name\":\"n\",\"schema\":{\"type\":\"object\"}}}",
            "x-pointsman-debug",
            "true");

    assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
    JsonNode body = Json.parse(response.body());
    assertThat(body.at("/choices/0/message/content").asText()).isEqualTo("hi");
    assertThat(body.path("model").asText()).isEqualTo("chat");
    assertThat(body.at("/usage/total_tokens").asInt()).isEqualTo(10);
    assertThat(body.at("/usage/prompt_tokens_details/cached_tokens").asInt()).isEqualTo(2);
    OpenAiStandIn.Received sent = upstream.received();
    assertThat(sent.path()).isEqualTo("/v1/chat/completions");
    assertThat(sent.headers()).containsEntry("authorization", "Bearer sk-test-secret");
    assertThat(sent.body().path("model").asText()).isEqualTo("gpt-first");
    assertThat(sent.body().path("temperature").asDouble()).isEqualTo(0.5);
    assertThat(sent.body().path("max_tokens").asInt()).isEqualTo(9);
    assertThat(sent.body().at("/stop/0").asText()).isEqualTo("x");
    assertThat(sent.body().at("/tools/0/function/name").asText()).isEqualTo("f");
    assertThat(sent.body().at("/response_format/json_schema/name").asText()).isEqualTo("n");
    assertThat(response.headers().firstValue("x-pointsman-propensity")).hasValue("1.0");
    assertThat(response.headers().firstValue("x-pointsman-cost-usd")).hasValue("0.000013000");
    InferenceEvent row = router.inferences().getFirst();
    assertThat(row.quantities().costNanos()).isEqualTo(13_000L);
    assertThat(row.quantities().tokens().cachedInput()).isEqualTo(2);
    assertThat(row.attempts().getFirst().rawRequest()).doesNotContain("sk-test-secret");
  }

  @Test
  void chat_firstProviderRateLimited_secondAnswers() throws Exception {
    upstream.then(failing(429, "retry-after", "7"), OpenAiStandIn.answer("second"));

    HttpResponse<String> response = post("");

    assertThat(response.body()).contains("second");
    assertThat(response.headers().firstValue("x-pointsman-model")).hasValue("m/second");
    assertThat(response.headers().firstValue("x-pointsman-attempts")).hasValue("2");
    InferenceEvent row = router.inferences().getFirst();
    assertThat(row.attempts().getFirst().errorClass()).isEqualTo("rate_limited");
    assertThat(row.attempts().getFirst().httpStatus()).isEqualTo(429);
    assertThat(row.outcome().ending()).isEqualTo(Ending.ANSWERED);
  }

  @Test
  void chat_allAttemptsFail_statusFollowsTheLastUpstream() {
    upstream.then(
        failing(500), failing(429, "retry-after", "7"),
        failing(401), failing(503),
        failing(400), failing(400));

    HttpResponse<String> limited = post("");
    HttpResponse<String> broken = post("");
    HttpResponse<String> rejected = post("");

    assertThat(limited.statusCode()).isEqualTo(429);
    assertThat(limited.headers().firstValue("retry-after")).hasValue("7");
    assertThat(broken.statusCode()).isEqualTo(502);
    assertThat(rejected.statusCode()).isEqualTo(400);
    assertThat(limited.body()).contains("\"type\":\"upstream_error\"", "\"attempts\":[");
    assertThat(router.inferences())
        .hasSize(3)
        .allMatch(row -> row.outcome().ending() == Ending.FAILED);
  }

  @Test
  void chat_streamed_usageOnlyWhenAsked() throws Exception {
    upstream.then(OpenAiStandIn.stream("a", "b"), OpenAiStandIn.stream("a"));

    String silent = post(",\"stream\":true").body();
    String asked = post(",\"stream\":true,\"stream_options\":{\"include_usage\":true}").body();

    assertThat(silent).doesNotContain("usage").endsWith("data: [DONE]\n\n");
    assertThat(silent.split("\"role\"", -1)).hasSize(2);
    List<String> lines = asked.lines().filter(line -> !line.isEmpty()).toList();
    assertThat(lines).hasSize(4);
    assertThat(lines.get(0)).contains("\"usage\":null");
    assertThat(lines.get(2)).contains("\"choices\":[]", "\"total_tokens\":10");
    assertThat(upstream.received().body().at("/stream_options/include_usage").asBoolean()).isTrue();
    assertThat(router.inferences())
        .hasSize(2)
        .allMatch(row -> row.quantities().tokens().output() == 3)
        .allMatch(row -> row.quantities().ttftMicros() != null);
  }

  @Test
  void chat_streamBrokenBeforeFirstChunk_fallsBack() {
    upstream.then(
        exchange -> {
          exchange.beginStream();
          exchange.endStream();
        },
        OpenAiStandIn.stream("saved"));

    assertThat(post(",\"stream\":true").body()).contains("saved").endsWith("data: [DONE]\n\n");
    assertThat(router.inferences().getFirst().attempts().getFirst().errorClass())
        .isEqualTo("answer_cut");
  }

  @Test
  void chat_streamBreaksMidway_isErrorEventWithoutDone() {
    OpenAiStandIn.Script noDone =
        exchange -> {
          exchange.beginStream();
          exchange.part(chunk("a") + OpenAiStandIn.FINISH);
          exchange.endStream();
        };
    OpenAiStandIn.Script noFinish =
        exchange -> {
          exchange.beginStream();
          exchange.part(chunk("a") + OpenAiStandIn.DONE);
          exchange.endStream();
        };
    OpenAiStandIn.Script cut =
        exchange -> {
          exchange.beginStream();
          exchange.part(chunk("a"));
        };
    OpenAiStandIn.Script malformed =
        exchange -> {
          exchange.beginStream();
          exchange.part(chunk("a") + "data: {oops\n\n" + ending());
          exchange.endStream();
        };
    upstream.then(noDone, noFinish, cut, malformed);

    for (int i = 0; i < 4; i++) {
      String body = post(",\"stream\":true").body();
      assertThat(body)
          .contains("\"content\":\"a\"", "data: {\"error\":")
          .doesNotContain("data: [DONE]");
    }

    assertThat(router.inferences())
        .hasSize(4)
        .allMatch(row -> row.outcome().ending() == Ending.TRUNCATED)
        .allMatch(row -> row.outcome().errorClass() != null)
        .allMatch(row -> row.outcome().servedProvider().equals("first"));
  }

  @Test
  void chat_callerLeaves_upstreamIsCancelledAndRowWritten() throws Exception {
    upstream.then(
        exchange -> {
          exchange.beginStream();
          exchange.part(chunk("a"));
          exchange.awaitDeparture();
        });

    try (Socket caller = new Socket("127.0.0.1", router.port())) {
      String body = ask(",\"stream\":true");
      caller
          .getOutputStream()
          .write(
              ("POST /v1/chat/completions HTTP/1.1\r\n"
                      + "host: 127.0.0.1\r\n"
                      + "content-length: %d\r\n\r\n"
                      + "%s")
                  .formatted(body.length(), body)
                  .getBytes(StandardCharsets.US_ASCII));
      InputStream in = caller.getInputStream();
      String seen = "";
      while (!seen.contains("\"content\":\"a\"")) {
        byte[] bytes = new byte[4096];
        seen += new String(bytes, 0, in.read(bytes), StandardCharsets.UTF_8);
      }
    }

    assertThat(upstream.routerLeft(5_000)).isTrue();
    InferenceEvent row = router.awaitInferences(1).getFirst();
    assertThat(row.outcome().ending()).isEqualTo(Ending.ABANDONED);
    assertThat(row.quantities().tokensEstimated()).isTrue();
    assertThat(row.quantities().tokens().output()).isPositive();
    assertThat(row.attempts().getFirst().status()).isEqualTo("abandoned");
  }

  @Test
  void chat_connectionReset_secondProviderAnswers() {
    upstream.then(OpenAiStandIn.Exchange::reset, OpenAiStandIn.answer("second"));

    assertThat(post("").body()).contains("second");
    assertThat(router.inferences().getFirst().attempts().getFirst().errorClass())
        .isEqualTo("connection_broken");
  }

  @Test
  void chat_upstreamNeverAnswers_deadlineThenNextProvider() throws Exception {
    upstream.then(OpenAiStandIn.Exchange::awaitDeparture, OpenAiStandIn.answer("second"));

    HttpResponse<String> response =
        router.post("/v1/chat/completions", ask("").replace("chat", "hasty"));

    assertThat(response.body()).contains("second");
    assertThat(upstream.routerLeft(5_000)).isTrue();
    assertThat(router.inferences().getFirst().attempts().getFirst().errorClass())
        .isEqualTo("timed_out");
  }

  @Test
  void chat_firstTokenTooLate_deadlineThenNextProvider() {
    upstream.then(
        exchange -> {
          exchange.beginStream();
          exchange.awaitDeparture();
        },
        OpenAiStandIn.stream("second"));

    HttpResponse<String> response =
        router.post("/v1/chat/completions", ask(",\"stream\":true").replace("chat", "hasty"));

    assertThat(response.body()).contains("second").endsWith("data: [DONE]\n\n");
    assertThat(router.inferences().getFirst().attempts().getFirst().errorClass())
        .isEqualTo("timed_out");
  }

  @Test
  void chat_streamStalls_isErrorEventAndUpstreamIsCancelled() throws Exception {
    upstream.then(
        exchange -> {
          exchange.beginStream();
          exchange.part(chunk("a"));
          exchange.awaitDeparture();
        });

    HttpResponse<String> response =
        router.post("/v1/chat/completions", ask(",\"stream\":true").replace("chat", "hasty"));

    assertThat(response.body()).contains("data: {\"error\":").doesNotContain("data: [DONE]");
    assertThat(upstream.routerLeft(5_000)).isTrue();
    InferenceEvent row = router.inferences().getFirst();
    assertThat(row.outcome().ending()).isEqualTo(Ending.TRUNCATED);
    assertThat(row.outcome().errorClass()).isEqualTo("timed_out");
  }

  @Test
  void models_listsFunctionsThenModels() throws Exception {
    JsonNode data = Json.parse(router.get("/v1/models").body()).path("data");

    assertThat(data.findValuesAsText("id"))
        .containsExactly("chat", "hasty", "model_name::hasty", "model_name::m");
  }
}
