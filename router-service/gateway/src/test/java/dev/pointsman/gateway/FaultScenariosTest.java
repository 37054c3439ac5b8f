package dev.pointsman.gateway;

import static dev.pointsman.gateway.testing.OpenAiStandIn.answer;
import static dev.pointsman.gateway.testing.OpenAiStandIn.chunk;
import static dev.pointsman.gateway.testing.OpenAiStandIn.completion;
import static dev.pointsman.gateway.testing.OpenAiStandIn.ending;
import static dev.pointsman.gateway.testing.OpenAiStandIn.failing;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import dev.pointsman.eventlog.Event;
import dev.pointsman.eventlog.InferenceEvent;
import dev.pointsman.eventlog.InferenceEvent.Attempt;
import dev.pointsman.eventlog.InferenceEvent.Ending;
import dev.pointsman.eventlog.testing.EventLogInvariants;
import dev.pointsman.gateway.attempt.Circuits;
import dev.pointsman.gateway.testing.OpenAiStandIn;
import dev.pointsman.gateway.testing.RawUpstream;
import dev.pointsman.gateway.testing.RawUpstream.Script;
import dev.pointsman.gateway.testing.RouterUnderTest;
import io.micronaut.context.RuntimeBeanDefinition;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The sixteen faults of failoverbench against a running router: one primary upstream that has the
 * fault, one fallback that is well. A fault is passed if the caller gets the answer or a true error,
 * never a finish that was none.
 */
final class FaultScenariosTest {

  private static final Duration ONE_SECOND = Duration.ofSeconds(1);

  @RegisterExtension
  final EventLogInvariants invariants = EventLogInvariants.ofEvents(() -> this.logged);

  @TempDir Path directory;
  private List<Event> logged = List.of();
  private OpenAiStandIn primary;
  private OpenAiStandIn fallback;
  private RouterUnderTest router;

  /** Circuits see the time of the machine and whatever a test adds to it. */
  private final AtomicLong timePassed = new AtomicLong();

  private final List<String> circuitChanges = new CopyOnWriteArrayList<>();

  private static String configuration(OpenAiStandIn primary, OpenAiStandIn fallback) {
    return """
    [models.both]
    routing = ["primary", "fallback"]
    [models.both.providers.primary]
    type = "openai"
    model_name = "gpt"
    api_base = "%1$s"
    api_key_location = "none"
    timeouts = { streaming = { ttft_ms = 800, silence_ms = 400 }, non_streaming = { total_ms = 800 } }
    cost = [{ pointer = "/usage/prompt_tokens", cost_per_million = 1.0 }, { pointer = "/usage/completion_tokens", cost_per_million = 2.0 }]
    [models.both.providers.fallback]
    type = "openai"
    model_name = "other"
    api_base = "%2$s"
    api_key_location = "none"
    cost = [{ pointer = "/usage/prompt_tokens", cost_per_million = 10.0 }, { pointer = "/usage/completion_tokens", cost_per_million = 20.0 }]

    [models.alone]
    routing = ["primary"]
    [models.alone.providers.primary]
    type = "openai"
    model_name = "gpt"
    api_base = "%1$s"
    api_key_location = "none"

    [functions.both]
    type = "chat"
    variants.v = { type = "chat_completion", model = "both" }
    [functions.both_again]
    type = "chat"
    variants.v = { type = "chat_completion", model = "both", retries = { num_retries = 1, max_delay_s = 0.05 } }
    [functions.again]
    type = "chat"
    variants.v = { type = "chat_completion", model = "alone", retries = { num_retries = 1, max_delay_s = 0.5 } }
    """
        .formatted(primary.apiBase(), fallback.apiBase());
  }

  /** One request of each kind, so that no deadline is spent on loading classes. */
  @BeforeAll
  static void warmUp(@TempDir Path elsewhere) {
    try (OpenAiStandIn upstream = OpenAiStandIn.start();
        RouterUnderTest router =
            RouterUnderTest.start(elsewhere, configuration(upstream, upstream))) {
      for (boolean stream : new boolean[] {false, true}) {
        assertThat(ask(router, "again", stream).statusCode()).isEqualTo(200);
      }
      assertThat(askNatively(router, "again").statusCode()).isEqualTo(200);
    }
  }

  @BeforeEach
  void start() {
    primary = OpenAiStandIn.start();
    fallback = OpenAiStandIn.start();
    router =
        RouterUnderTest.start(
            directory,
            configuration(primary, fallback),
            false,
            Map.of(),
            RuntimeBeanDefinition.builder(Circuits.class, this::circuits)
                .singleton(true)
                .replaces(Circuits.class)
                .build());
  }

  private Circuits circuits() {
    return new Circuits(
        () -> System.nanoTime() + timePassed.get(),
        (deployment, before, after, reason) ->
            circuitChanges.add("%s %s>%s".formatted(deployment, before, after)));
  }

  @AfterEach
  void stop() {
    router.gauges().assertQuietWithin(ONE_SECOND);
    logged = router.events();
    router.close();
    primary.close();
    fallback.close();
  }

  private HttpResponse<String> ask(String function, boolean stream) {
    return ask(router, function, stream);
  }

  private static HttpResponse<String> ask(RouterUnderTest router, String function, boolean stream) {
    return router.post(
        "/v1/chat/completions",
        "{\"model\":\"%s\",\"messages\":[{\"role\":\"user\",\"content\":\"hello\"}],\"stream\":%s}"
            .formatted(function, stream));
  }

  private static HttpResponse<String> askNatively(RouterUnderTest router, String function) {
    return router.post(
        "/inference",
        "{\"function_name\":\"%s\",\"input\":{\"messages\":[{\"role\":\"user\",\"content\":\"hello\"}]},\"stream\":true}"
            .formatted(function));
  }

  private static Script well(boolean stream, String text) {
    return stream ? OpenAiStandIn.stream(text) : answer(text);
  }

  private InferenceEvent row() {
    assertThat(router.inferences()).hasSize(1);
    return router.inferences().getFirst();
  }

  private static void assertAnswered(HttpResponse<String> response, boolean stream, String text) {
    assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
    assertThat(response.body()).contains(text).doesNotContain("\"error\"");
    if (stream) {
      assertThat(response.body()).endsWith("data: [DONE]\n\n");
    }
  }

  private void assertFellBack(HttpResponse<String> response, boolean stream, String errorClass) {
    assertAnswered(response, stream, "saved");
    assertThat(row().outcome().ending()).isEqualTo(Ending.ANSWERED);
    assertThat(row().outcome().servedProvider()).isEqualTo("fallback");
    assertThat(row().attempts())
        .extracting(Attempt::status, Attempt::errorClass)
        .containsExactly(tuple("failed", errorClass), tuple("ok", null));
  }

  // ---- before the answer begins ----------------------------------------------------------------

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void s01_rateLimitedForAMoment_isWaitedFor(boolean stream) throws Exception {
    AtomicLong first = new AtomicLong();
    AtomicLong second = new AtomicLong();
    primary.then(
        call -> {
          first.set(System.nanoTime());
          failing(429, "Retry-After", "0.3").answer(call);
        },
        call -> {
          second.set(System.nanoTime());
          well(stream, "later").answer(call);
        });

    assertAnswered(ask("again", stream), stream, "later");

    assertThat(second.get() - first.get()).isGreaterThanOrEqualTo(300_000_000L);
    assertThat(row().attempts())
        .extracting(Attempt::errorClass)
        .containsExactly("rate_limited", null);
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void s01_rateLimitedWithAFallback_fallsBackAtOnce(boolean stream) {
    primary.then(failing(429, "Retry-After", "60"));
    fallback.then(well(stream, "saved"));

    assertFellBack(ask("both", stream), stream, "rate_limited");
  }

  @Test
  void s01_rateLimitedForTooLong_isToldToTheCaller() {
    primary.then(failing(429, "Retry-After", "60"));

    HttpResponse<String> response = ask("again", false);

    assertThat(response.statusCode()).isEqualTo(429);
    assertThat(response.headers().firstValue("retry-after")).hasValue("60");
    assertThat(row().attempts()).hasSize(1);
  }

  @Test
  void s02_rateLimitedAgainAndAgain_deploymentIsSpared() {
    for (int i = 0; i < 5; i++) {
      primary.then(failing(429));
    }
    for (int i = 0; i < 7; i++) {
      fallback.then(answer("saved"));
      assertAnswered(ask("both", false), false, "saved");
    }

    assertThat(primary.waiting()).isEqualTo(5);
    assertThat(fallback.waiting()).isEqualTo(7);
    assertThat(circuitChanges).containsExactly("both/primary closed>open");
    assertThat(router.inferences().getLast().attempts()).hasSize(1);
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void s03_singleFault_isRepeatedOnce(boolean stream) {
    primary.then(failing(500), well(stream, "second"));

    assertAnswered(ask("again", stream), stream, "second");
    assertThat(primary.waiting()).isEqualTo(2);
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void s04_overloaded_fallsBack(boolean stream) {
    primary.then(failing(503));
    fallback.then(well(stream, "saved"));

    assertFellBack(ask("both", stream), stream, "upstream_fault");
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void s05_connectionReset_fallsBack(boolean stream) {
    primary.then(RawUpstream.Call::reset);
    fallback.then(well(stream, "saved"));

    assertFellBack(ask("both", stream), stream, "connection_broken");
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void s06_neverAnswers_deadlineThenFallsBack(boolean stream) throws Exception {
    primary.then(RawUpstream.Call::awaitClose);
    fallback.then(well(stream, "saved"));

    assertFellBack(ask("both", stream), stream, "timed_out");
    assertThat(primary.routerLeft(ONE_SECOND)).isTrue();
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void s07_firstTokenTooLate_deadlineThenFallsBack(boolean commentsMeanwhile) throws Exception {
    primary.then(
        call -> {
          call.send(RawUpstream.STREAM_HEAD);
          call.watch();
          while (commentsMeanwhile && !call.closedWithin(Duration.ofMillis(20))) {
            // A heartbeat is no token.
            call.chunk(": still here\n\n");
          }
          call.awaitClose();
        });
    fallback.then(well(true, "saved"));

    assertFellBack(ask("both", true), true, "timed_out");
    assertThat(primary.routerLeft(ONE_SECOND)).isTrue();
  }

  // ---- in mid-stream ---------------------------------------------------------------------------

  private void assertBroken(Script script, String errorClass) throws Exception {
    primary.then(script, script);

    String openAi = ask("both", true).body();
    String ours = askNatively(router, "both").body();

    assertThat(openAi)
        .contains("\"content\":\"begun\"", "data: {\"error\":")
        .doesNotContain("data: [DONE]", "\"finish_reason\":\"stop\"");
    assertThat(ours)
        .contains("\"text\":\"begun\"", "data: {\"error\":")
        .doesNotContain("\"finish_reason\":\"stop\"");
    assertThat(fallback.waiting()).as("an answer that has begun has no second beginning").isZero();
    assertThat(router.inferences())
        .hasSize(2)
        .allSatisfy(
            row -> {
              assertThat(row.outcome().ending()).isEqualTo(Ending.TRUNCATED);
              assertThat(row.outcome().errorClass()).isEqualTo(errorClass);
              assertThat(row.attempts()).hasSize(1);
              assertThat(row.quantities().costNanos()).isPositive();
            });
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void s08_streamIsCut_isAnErrorEvent(boolean reset) throws Exception {
    assertBroken(
        call -> {
          call.send(RawUpstream.STREAM_HEAD);
          call.chunk(chunk("begun"));
          // What a reset overtakes is lost in the kernel, and then no answer has begun.
          assertThat(call.closedWithin(Duration.ofMillis(100))).isFalse();
          if (reset) {
            call.reset();
          }
        },
        "answer_cut");
  }

  @Test
  void s09_streamStalls_isAnErrorEvent() throws Exception {
    assertBroken(
        call -> {
          call.send(RawUpstream.STREAM_HEAD);
          call.chunk(chunk("begun"));
          call.awaitClose();
        },
        "timed_out");
    assertThat(primary.routerLeft(ONE_SECOND)).isTrue();
  }

  @ParameterizedTest
  @ValueSource(strings = {"{\"choices\":[{\"del", "plain words", "[]", "{}", "null"})
  void s10_malformedChunk_isAnErrorEvent(String data) throws Exception {
    assertBroken(
        call -> {
          call.send(RawUpstream.STREAM_HEAD);
          call.chunk(chunk("begun") + "data: " + data + "\n\n" + ending());
          call.lastChunk();
        },
        "malformed_answer");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", OpenAiStandIn.FINISH, OpenAiStandIn.DONE})
  void s11_endIsMissing_isAnErrorEvent(String end) throws Exception {
    assertBroken(
        call -> {
          call.send(RawUpstream.STREAM_HEAD);
          call.chunk(chunk("begun") + end);
          call.lastChunk();
        },
        "answer_cut");
  }

  @Test
  void s11_wholeAnswerWithoutAnEnd_fallsBack() {
    primary.then(
        call ->
            call.whole(
                completion("cut off")
                    .replace("\"finish_reason\":\"stop\"", "\"finish_reason\":null")));
    fallback.then(answer("saved"));

    HttpResponse<String> response = ask("both", false);

    assertFellBack(response, false, "answer_cut");
    assertThat(response.body()).doesNotContain("cut off");
  }

  // ---- the request is at fault -----------------------------------------------------------------

  @Test
  void s12_contextTooLong_isNeverRepeatedAndIsA400() {
    Script tooLong =
        call -> call.whole(400, OpenAiStandIn.error("context_length_exceeded", "too long"));
    primary.then(tooLong, tooLong);

    HttpResponse<String> response = ask("again", false);

    assertThat(response.statusCode()).isEqualTo(400);
    assertThat(response.body()).contains("\"code\":\"context_length_exceeded\"");
    assertThat(primary.waiting()).isEqualTo(1);
  }

  @Test
  void s13_contentFilter_isShownToNobodyElse() {
    primary.then(call -> call.whole(400, OpenAiStandIn.error("content_filter", "filtered")));

    HttpResponse<String> response = ask("both_again", false);

    assertThat(response.statusCode()).isEqualTo(400);
    assertThat(row().outcome().errorClass()).isEqualTo("content_filtered");
    assertThat(primary.waiting()).isEqualTo(1);
    assertThat(fallback.waiting()).isZero();
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void s14_fallbackRejectsTheShape_isSkippedAndThePrimaryRepeated(boolean stream) {
    primary.then(failing(503), well(stream, "second"));
    fallback.then(failing(400));

    assertAnswered(ask("both_again", stream), stream, "second");

    assertThat(row().attempts())
        .extracting(Attempt::provider, Attempt::errorClass)
        .containsExactly(
            tuple("primary", "upstream_fault"),
            tuple("fallback", "request_rejected"),
            tuple("primary", null));
  }

  @Test
  void s14_everyTargetRejects_isTheCallersErrorAndAskedOnceEach() {
    primary.then(failing(422), failing(422));
    fallback.then(failing(400), failing(400));

    HttpResponse<String> response = ask("both_again", false);

    assertThat(response.statusCode()).isEqualTo(400);
    assertThat(response.body()).contains("\"type\":\"upstream_error\"", "\"attempts\":[");
    assertThat(primary.waiting()).isEqualTo(1);
    assertThat(fallback.waiting()).isEqualTo(1);
    assertThat(circuitChanges).isEmpty();
  }

  // ---- over many requests ----------------------------------------------------------------------

  @Test
  void s15_primaryFlaps_isProbedOnceInHalfAMinuteAndTakenBackWhenWell() {
    for (int i = 0; i < 5; i++) {
      primary.then(failing(500));
    }
    askTimes(8);
    assertThat(primary.waiting()).isEqualTo(5);

    primary.then(failing(500));
    timePassed.addAndGet(Duration.ofSeconds(31).toNanos());
    askTimes(4);
    assertThat(primary.waiting()).as("one probe, which failed").isEqualTo(6);

    timePassed.addAndGet(Duration.ofSeconds(31).toNanos());
    askTimes(4);
    assertThat(primary.waiting()).as("a probe that went well, and all after it").isEqualTo(10);

    assertThat(fallback.waiting()).isEqualTo(8 + 4);
    assertThat(circuitChanges)
        .containsExactly(
            "both/primary closed>open",
            "both/primary open>half_open",
            "both/primary half_open>open",
            "both/primary open>half_open",
            "both/primary half_open>closed");
    assertThat(router.inferences()).allMatch(row -> row.outcome().ending() == Ending.ANSWERED);
  }

  private void askTimes(int times) {
    for (int i = 0; i < times; i++) {
      assertThat(ask("both", false).statusCode()).isEqualTo(200);
    }
  }

  @Test
  void s16_failedAttemptThatWasCharged_isCountedOnceAndAddedUp() {
    primary.then(
        call ->
            call.whole(
                completion("cut off")
                    .replace("\"finish_reason\":\"stop\"", "\"finish_reason\":null")));
    fallback.then(answer("saved"));

    assertAnswered(ask("both", false), false, "saved");

    assertThat(row().attempts()).extracting(Attempt::costNanos).containsExactly(13_000L, 130_000L);
    assertThat(row().attempts())
        .allSatisfy(attempt -> assertThat(attempt.tokens().output()).isEqualTo(3));
    assertThat(row().quantities().costNanos()).isEqualTo(143_000L);
    assertThat(row().quantities().tokens().output()).isEqualTo(3);
    assertThat(router.get("/metrics").body())
        .contains("pointsman_cost_dollars_total{function_name=\"both\"} 1.43E-4");
  }

  @Test
  void s16_attemptsThatProducedNothing_costNothing() {
    primary.then(failing(500));
    fallback.then(answer("saved"));

    assertAnswered(ask("both", false), false, "saved");

    assertThat(row().attempts()).extracting(Attempt::costNanos).containsExactly(null, 130_000L);
    assertThat(row().quantities().costNanos()).isEqualTo(130_000L);
  }
}
