package dev.pointsman.gateway.surface;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.pointsman.chat.json.Json;
import dev.pointsman.eventlog.Event;
import dev.pointsman.eventlog.InferenceEvent;
import dev.pointsman.eventlog.InferenceEvent.Ending;
import dev.pointsman.eventlog.testing.EventLogInvariants;
import dev.pointsman.gateway.testing.RouterUnderTest;
import dev.pointsman.routing.DecisionKind;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

final class NativeControllerTest {

  private static final String CONFIG =
      """
      [models.json]
      routing = ["d"]
      [models.json.providers.d]
      type = "dummy"
      model_name = "json"
      cost = [
        { pointer = "/usage/prompt_tokens", cost_per_million = 150.0, required = true },
        { pointer = "/usage/completion_tokens", cost_per_million = 600.0, required = true },
      ]

      [functions.chat]
      type = "chat"
      [functions.chat.variants.v]
      type = "chat_completion"
      model = "dummy::good"

      [functions.quiet]
      type = "chat"
      log_text = false
      [functions.quiet.variants.v]
      type = "chat_completion"
      model = "dummy::good"

      [functions.answer]
      type = "json"
      [functions.answer.variants.v]
      type = "chat_completion"
      model = "json"
      json_mode = "on"

      [functions.broken]
      type = "chat"
      [functions.broken.variants.bad]
      type = "chat_completion"
      model = "dummy::error"
      [functions.broken.variants.good]
      type = "chat_completion"
      model = "dummy::good"
      [functions.broken.experimentation]
      type = "static"
      candidate_variants = { bad = 1.0 }
      fallback_variants = ["good"]

      [functions.faulty]
      type = "chat"
      [functions.faulty.variants.v]
      type = "chat_completion"
      model = "dummy::err_in_stream"
      """;

  @RegisterExtension
  final EventLogInvariants invariants = EventLogInvariants.ofEvents(() -> this.logged);

  @TempDir Path directory;
  private List<Event> logged = List.of();
  private RouterUnderTest router;

  @BeforeEach
  void start() {
    router = RouterUnderTest.start(directory, CONFIG);
  }

  @AfterEach
  void stop() {
    logged = router.events();
    router.close();
  }

  private static String ask(String function, String rest) {
    return """
    {"function_name":"%s","input":{"messages":[{"role":"user","content":"hello"}]}%s}\
    """
        .formatted(function, rest);
  }

  private static JsonNode json(HttpResponse<String> response) throws Exception {
    return Json.parse(response.body());
  }

  @Test
  void inference_chatFunction_answersAndLogsOneRow() throws Exception {
    HttpResponse<String> response = router.post("/inference", ask("chat", ""));

    assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
    JsonNode body = json(response);
    assertThat(body.at("/content/0/text").asText()).startsWith("Megumin gleefully");
    assertThat(body.at("/usage/input_tokens").asInt()).isEqualTo(10);
    assertThat(body.at("/usage/cost").isNull()).isTrue();
    assertThat(body.path("finish_reason").asText()).isEqualTo("stop");
    InferenceEvent row = router.inferences().getFirst();
    assertThat(row.id()).hasToString(body.path("inference_id").asText());
    assertThat(row.outcome().ending()).isEqualTo(Ending.ANSWERED);
    assertThat(row.decision().kind()).isEqualTo(DecisionKind.DECISION);
    assertThat(row.decision().propensity()).isEqualTo(1.0);
    assertThat(row.payload().input()).contains("hello");
    assertThat(response.headers().firstValue("x-pointsman-inference-id"))
        .hasValue(row.id().toString());
    assertThat(response.headers().firstValue("x-pointsman-model")).hasValue("dummy::good/dummy");
  }

  @Test
  void inference_jsonFunction_givesRawAndParsedAndCost() throws Exception {
    JsonNode body = json(router.post("/inference", ask("answer", "")));

    assertThat(body.at("/output/raw").asText()).isEqualTo("{\"answer\":\"Hello\"}");
    assertThat(body.at("/output/parsed/answer").asText()).isEqualTo("Hello");
    assertThat(body.at("/usage/cost").decimalValue()).isEqualByComparingTo("0.0021");
    assertThat(router.inferences().getFirst().quantities().costNanos()).isEqualTo(2_100_000L);
  }

  @Test
  void inference_sameEpisode_isStickyWithDecidedBy() throws Exception {
    JsonNode first = json(router.post("/inference", ask("chat", "")));
    String episode = first.path("episode_id").asText();

    JsonNode second =
        json(router.post("/inference", ask("chat", ",\"episode_id\":\"%s\"".formatted(episode))));

    assertThat(second.path("episode_id").asText()).isEqualTo(episode);
    InferenceEvent row = router.inferences().get(1);
    assertThat(row.decision().kind()).isEqualTo(DecisionKind.STICKY);
    assertThat(row.decision().decidedBy()).hasToString(first.path("inference_id").asText());
    assertThat(row.decision().propensity()).isNull();
  }

  @Test
  void inference_dryrun_writesNothing() {
    assertThat(router.post("/inference", ask("chat", ",\"dryrun\":true")).statusCode())
        .isEqualTo(200);

    assertThat(router.events()).isEmpty();
  }

  @Test
  void inference_logTextFalse_keepsTextOut() {
    router.post("/inference", ask("quiet", ""));

    InferenceEvent row = router.inferences().getFirst();
    assertThat(row.payload()).isNull();
    assertThat(row.attempts()).allMatch(attempt -> attempt.rawRequest() == null);
  }

  @Test
  void inference_logTextFalse_leavesNoByteOfThePromptInTheSpool() throws Exception {
    String body =
        """
        {"function_name":"%s","input":{"messages":[{"role":"user","content":"%s"}]}}
        """;
    router.post("/inference", body.formatted("quiet", "xq7-unlogged-prompt"));
    router.post("/inference", body.formatted("chat", "zk3-logged-prompt"));

    assertThat(router.inferences()).hasSize(2);
    String spool = "";
    try (Stream<Path> files = Files.list(directory.resolve("spool"))) {
      for (Path file : files.filter(f -> f.toString().endsWith(".spool")).toList()) {
        spool += Files.readString(file, StandardCharsets.ISO_8859_1);
      }
    }
    assertThat(spool).contains("zk3-logged-prompt").doesNotContain("xq7", "unlogged");
  }

  @Test
  void inference_chosenVariantFails_fallbackServesAndBothAreLogged() throws Exception {
    JsonNode body = json(router.post("/inference", ask("broken", "")));

    assertThat(body.path("variant_name").asText()).isEqualTo("good");
    InferenceEvent row = router.inferences().getFirst();
    assertThat(row.decision().chosenVariant()).isEqualTo("bad");
    assertThat(row.outcome().servedVariant()).isEqualTo("good");
    assertThat(row.outcome().fallback()).isTrue();
    assertThat(row.attempts()).hasSize(2);
    assertThat(row.attempts().getFirst().errorClass()).isEqualTo("upstream_fault");
  }

  @Test
  void route_function_namesAModelCallsNoneAndLogsTheDecision() throws Exception {
    JsonNode body = json(router.post("/v1/route", ask("broken", "")));

    InferenceEvent row = router.inferences().getFirst();
    assertThat(body.path("inference_id").asText()).isEqualTo(row.id().toString());
    assertThat(body.path("session_id")).isEqualTo(body.path("inference_id"));
    assertThat(body.path("variant_name").asText()).isEqualTo("bad");
    assertThat(body.path("providers"))
        .hasToString("[{\"provider\":\"dummy\",\"model\":\"error\"}]");
    assertThat(body.path("fallbacks").path(0).path("variant_name").asText()).isEqualTo("good");
    assertThat(row.outcome().ending()).isEqualTo(Ending.ROUTED);
    assertThat(row.outcome().servedVariant()).isEqualTo("bad");
    assertThat(row.decision().kind()).isEqualTo(DecisionKind.DECISION);
    assertThat(row.decision().propensity()).isEqualTo(1.0);
    assertThat(row.attempts()).isEmpty();
    assertThat(row.quantities().costNanos()).isNull();
  }

  @Test
  void route_sameEpisode_isSticky() throws Exception {
    JsonNode first = json(router.post("/v1/route", ask("broken", "")));
    JsonNode second =
        json(
            router.post("/v1/route", ask("broken", ",\"episode_id\":" + first.path("episode_id"))));

    assertThat(second.path("variant_name")).isEqualTo(first.path("variant_name"));
    assertThat(router.inferences().get(1).decision().kind()).isEqualTo(DecisionKind.STICKY);
  }

  @Test
  void route_dryrun_writesNothing() {
    assertThat(router.post("/v1/route", ask("broken", ",\"dryrun\":true")).statusCode())
        .isEqualTo(200);
    assertThat(router.inferences()).isEmpty();
  }

  @Test
  void route_streamOrModel_is400WithWhatToDo() {
    assertThat(router.post("/v1/route", ask("broken", ",\"stream\":true")).body())
        .contains("/v1/route only says which model to call");
    String model =
        "{\"model_name\":\"json\",\"input\":{\"messages\":[{\"role\":\"user\",\"content\":\"x\"}]}}";
    HttpResponse<String> response = router.post("/v1/route", model);
    assertThat(response.statusCode()).isEqualTo(400);
    assertThat(response.body()).contains("there is nothing to decide");
  }

  @Test
  void inference_pinnedVariantFails_is500AndLogged() {
    HttpResponse<String> response =
        router.post("/inference", ask("broken", ",\"variant_name\":\"bad\""));

    assertThat(response.statusCode()).isEqualTo(500);
    assertThat(response.body()).contains("upstream_fault");
    InferenceEvent row = router.inferences().getFirst();
    assertThat(row.outcome().ending()).isEqualTo(Ending.FAILED);
    assertThat(row.decision().kind()).isEqualTo(DecisionKind.PINNED);
    assertThat(row.asker().tags()).containsEntry("tensorzero::variant_pinned", "bad");
  }

  @Test
  void inference_streamed_endsWithUsageChunkAndDone() {
    HttpResponse<String> response = router.post("/inference", ask("chat", ",\"stream\":true"));

    List<String> data = response.body().lines().filter(line -> !line.isEmpty()).toList();
    assertThat(data).hasSize(18).last().isEqualTo("data: [DONE]");
    assertThat(data.get(16)).contains("\"usage\"").contains("\"finish_reason\":\"stop\"");
    assertThat(data.subList(0, 16)).noneMatch(line -> line.contains("\"usage\""));
    InferenceEvent row = router.inferences().getFirst();
    assertThat(row.outcome().ending()).isEqualTo(Ending.ANSWERED);
    assertThat(row.quantities().ttftMicros()).isPositive();
  }

  @Test
  void inference_faultInStream_isInBandAndStreamGoesOn() {
    HttpResponse<String> response = router.post("/inference", ask("faulty", ",\"stream\":true"));

    List<String> data = response.body().lines().filter(line -> !line.isEmpty()).toList();
    assertThat(data).hasSize(18).last().isEqualTo("data: [DONE]");
    assertThat(data.get(3)).startsWith("data: {\"error\":");
    assertThat(router.inferences().getFirst().outcome().ending()).isEqualTo(Ending.TRUNCATED);
  }

  @Test
  void inference_unknownFunction_is404WithItsName() {
    HttpResponse<String> response = router.post("/inference", ask("does_not_exist", ""));

    assertThat(response.statusCode()).isEqualTo(404);
    assertThat(response.body()).contains("Unknown function: does_not_exist");
    assertThat(router.events()).isEmpty();
  }

  @Test
  void inference_episodeOfTheFuture_is400() {
    long later = Instant.now().plusSeconds(3600).toEpochMilli();
    String id = new java.util.UUID((later << 16) | 0x7000L, 0x8000_0000_0000_0001L).toString();

    HttpResponse<String> response =
        router.post("/inference", ask("chat", ",\"episode_id\":\"%s\"".formatted(id)));

    assertThat(response.statusCode()).isEqualTo(400);
    assertThat(response.body()).contains("future");
  }
}
