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
import dev.pointsman.gateway.testing.RawUpstream;
import dev.pointsman.gateway.testing.RouterUnderTest;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.http.HttpResponse;
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
    assertThat(sent.call().header("authorization")).isEqualTo("Bearer sk-test-secret");
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
        call -> {
          call.send(RawUpstream.STREAM_HEAD);
          call.lastChunk();
        },
        OpenAiStandIn.stream("saved"));

    assertThat(post(",\"stream\":true").body()).contains("saved").endsWith("data: [DONE]\n\n");
    assertThat(router.inferences().getFirst().attempts().getFirst().errorClass())
        .isEqualTo("answer_cut");
  }

  @Test
  void chat_streamBreaksMidway_isErrorEventWithoutDone() {
    RawUpstream.Script noDone =
        call -> {
          call.send(RawUpstream.STREAM_HEAD);
          call.chunk(chunk("a") + OpenAiStandIn.FINISH);
          call.lastChunk();
        };
    RawUpstream.Script noFinish =
        call -> {
          call.send(RawUpstream.STREAM_HEAD);
          call.chunk(chunk("a") + OpenAiStandIn.DONE);
          call.lastChunk();
        };
    RawUpstream.Script cut =
        call -> {
          call.send(RawUpstream.STREAM_HEAD);
          call.chunk(chunk("a"));
        };
    RawUpstream.Script malformed =
        call -> {
          call.send(RawUpstream.STREAM_HEAD);
          call.chunk(chunk("a") + "data: {oops\n\n" + ending());
          call.lastChunk();
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
  void chat_longTexts_areLoggedByHashAndBeginning() {
    String question = "q".repeat(2 << 20);
    upstream.then(OpenAiStandIn.answer("a".repeat(2 << 20)));

    assertThat(router.post("/v1/chat/completions", ask("").replace("hello", question)).statusCode())
        .isEqualTo(200);

    InferenceEvent row = router.inferences().getFirst();
    InferenceEvent.Attempt attempt = row.attempts().getFirst();
    assertThat(row.payload().shortened()).isTrue();
    assertThat(
            List.of(
                row.payload().input(),
                row.payload().output(),
                attempt.rawRequest(),
                attempt.rawResponse()))
        .allSatisfy(text -> assertThat(text).hasSizeLessThan(10_000).contains("\"sha256\":"));
  }

  @Test
  void models_listsFunctionsThenModels() throws Exception {
    JsonNode data = Json.parse(router.get("/v1/models").body()).path("data");

    assertThat(data.findValuesAsText("id")).containsExactly("chat", "model_name::m");
  }
}
