package dev.pointsman.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pointsman.eventlog.Event;
import dev.pointsman.eventlog.InferenceEvent;
import dev.pointsman.eventlog.InferenceEvent.Attempt;
import dev.pointsman.eventlog.InferenceEvent.Ending;
import dev.pointsman.eventlog.testing.EventLogInvariants;
import dev.pointsman.gateway.attempt.Circuits;
import dev.pointsman.gateway.testing.Eventually;
import dev.pointsman.gateway.testing.OpenAiStandIn;
import dev.pointsman.gateway.testing.RawCaller;
import dev.pointsman.gateway.testing.RawUpstream;
import dev.pointsman.gateway.testing.RawUpstream.Call;
import dev.pointsman.gateway.testing.RouterUnderTest;
import dev.pointsman.gateway.testing.SilentServer;
import dev.pointsman.gateway.testing.TestCertificates;
import dev.pointsman.gateway.upstream.UpstreamGauges;
import io.micronaut.context.RuntimeBeanDefinition;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.AfterParameterizedClassInvocation;
import org.junit.jupiter.params.BeforeParameterizedClassInvocation;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Every way in which a request can end early, through the whole router: from a caller's bare socket
 * to an upstream's, plain and encrypted, over both surfaces, streamed and not. Within a second the
 * upstream is closed and nothing of the request is left, and its one line says how it ended.
 */
@ParameterizedClass(name = "carrier {0}")
@ValueSource(booleans = {false, true})
final class RequestEndsTest {

  private static final Duration ONE_SECOND = Duration.ofSeconds(1);
  private static final Duration LONG = Duration.ofSeconds(5);

  /** Text that fills every socket buffer on the way, so that a caller who does not read is slow. */
  private static final int FLOOD_PIECES = 900;

  private static final String FLOOD_PIECE = "x".repeat(20_000);
  private static final String PROMPT = "what nobody else may read";
  private static final AtomicInteger REQUESTS = new AtomicInteger();

  @TempDir private static Path directory;
  private static @Nullable TestCertificates certificate;
  private static RouterUnderTest router;
  private static RawUpstream plain;
  private static RawUpstream encrypted;
  private static SilentServer silent;

  RequestEndsTest(boolean carrier) {}

  @BeforeParameterizedClassInvocation
  static void start(boolean carrier) throws Exception {
    if (certificate == null) {
      certificate = new TestCertificates(directory, "localhost", "dns:localhost");
    }
    plain = new RawUpstream();
    encrypted = new RawUpstream(certificate.server());
    silent = new SilentServer();
    router =
        RouterUnderTest.start(
            directory.resolve("carrier-" + carrier),
            """
            [models.plain]
            routing = ["up"]
            providers.up = { type = "openai", model_name = "gpt", api_base = "http://127.0.0.1:%1$d/v1", api_key_location = "none", cost = [{ pointer = "/usage/prompt_tokens", cost_per_million = 1 }, { pointer = "/usage/completion_tokens", cost_per_million = 2 }] }
            [models.encrypted]
            routing = ["up"]
            providers.up = { type = "openai", model_name = "gpt", api_base = "https://localhost:%2$d/v1", api_key_location = "none", cost = [{ pointer = "/usage/prompt_tokens", cost_per_million = 1 }, { pointer = "/usage/completion_tokens", cost_per_million = 2 }] }
            [models.silent]
            routing = ["up"]
            providers.up = { type = "openai", model_name = "gpt", api_base = "https://localhost:%3$d/v1", api_key_location = "none" }
            [functions.plain]
            type = "chat"
            variants.v = { type = "chat_completion", model = "plain" }
            [functions.plain_hasty]
            type = "chat"
            variants.v = { type = "chat_completion", model = "plain", timeouts = { streaming = { ttft_ms = 300, silence_ms = 150 }, non_streaming = { total_ms = 300 } } }
            [functions.encrypted]
            type = "chat"
            variants.v = { type = "chat_completion", model = "encrypted" }
            [functions.encrypted_hasty]
            type = "chat"
            variants.v = { type = "chat_completion", model = "encrypted", timeouts = { streaming = { ttft_ms = 300, silence_ms = 150 }, non_streaming = { total_ms = 300 } } }
            [functions.silent]
            type = "chat"
            variants.v = { type = "chat_completion", model = "silent" }
            """
                .formatted(plain.port(), encrypted.port(), silent.port()),
            carrier,
            Map.of(
                "micronaut.netty.event-loops.default.num-threads",
                2,
                "pointsman.upstream.trusted-certificates",
                certificate.pem().toString()),
            RuntimeBeanDefinition.builder(Circuits.class, RequestEndsTest::patientCircuits)
                .singleton(true)
                .replaces(Circuits.class)
                .build());
    warmUp();
  }

  /** Circuits for which half a minute passes between two looks, so that every request may try. */
  private static Circuits patientCircuits() {
    AtomicLong clock = new AtomicLong();
    return new Circuits(
        () -> clock.addAndGet(Duration.ofSeconds(30).toNanos()),
        (deployment, before, after, reason) -> {});
  }

  /** Every kind of request a few times, so that no bound is spent on loading classes. */
  private static void warmUp() throws IOException {
    for (Way way : ways().toList()) {
      way.upstream().serve(way.stream() ? OpenAiStandIn.stream("a") : way::plainAnswer);
      for (int i = 0; i < 3; i++) {
        try (RawCaller caller = new RawCaller(router.port(), 0)) {
          caller.waitAtMost(Duration.ofSeconds(30));
          way.ask(caller, way.function());
          assertThat(way.readAnswer(caller)).startsWith("HTTP/1.1 200");
        }
      }
    }
  }

  @AfterParameterizedClassInvocation
  static void stop() throws IOException {
    List<Event> logged = router.events();
    router.close();
    plain.close();
    encrypted.close();
    silent.close();
    EventLogInvariants.check(logged, List.of(), List.of(PROMPT));
  }

  @AfterEach
  void nothingIsLeft() {
    router.gauges().assertQuietWithin(ONE_SECOND);
  }

  // ---- ways of asking --------------------------------------------------------------------------

  /** One way of asking: surface, streamed or whole, encrypted or plain towards the upstream. */
  private record Way(boolean openAi, boolean stream, boolean tls) {

    RawUpstream upstream() {
      return tls ? encrypted : plain;
    }

    String function() {
      return tls ? "encrypted" : "plain";
    }

    /** Sends a request and gives its id. */
    String ask(RawCaller caller, String function) throws IOException {
      String id = "request-" + REQUESTS.incrementAndGet();
      String messages = "\"messages\":[{\"role\":\"user\",\"content\":\"%s\"}]".formatted(PROMPT);
      String body =
          openAi
              ? "{\"model\":\"%s\",%s,\"stream\":%s}".formatted(function, messages, stream)
              : "{\"function_name\":\"%s\",\"input\":{%s},\"stream\":%s}"
                  .formatted(function, messages, stream);
      caller.post(openAi ? "/v1/chat/completions" : "/inference", body, "x-request-id", id);
      return id;
    }

    void plainAnswer(Call call) throws IOException {
      call.whole(OpenAiStandIn.completion("fine"));
    }

    /** The whole answer, to the last chunk or the last byte. */
    String readAnswer(RawCaller caller) throws IOException {
      return stream ? caller.readUntil("\r\n0\r\n\r\n") : caller.readWhole();
    }

    @Override
    public String toString() {
      return "%s, %s, %s"
          .formatted(
              openAi ? "openai" : "native",
              stream ? "streamed" : "whole",
              tls ? "encrypted" : "plain");
    }
  }

  private static Stream<Way> ways() {
    List<Way> ways = new ArrayList<>();
    for (boolean openAi : new boolean[] {false, true}) {
      for (boolean stream : new boolean[] {false, true}) {
        for (boolean tls : new boolean[] {false, true}) {
          ways.add(new Way(openAi, stream, tls));
        }
      }
    }
    return ways.stream();
  }

  private static Stream<Way> streamedWays() {
    return ways().filter(Way::stream);
  }

  private static Stream<Way> wholeWays() {
    return ways().filter(way -> !way.stream());
  }

  // ---- the caller leaves -----------------------------------------------------------------------

  /** How far the upstream has come when the caller leaves. */
  private enum Progress {
    NOTHING,
    HEAD,
    /** Three chunks, or half of a whole answer; then silence. */
    PART,
    /** Chunks without an end. */
    ENDLESS;

    /** Says as much as that. */
    void say(Way way, Call call) throws IOException {
      if (this != NOTHING) {
        if (way.stream()) {
          call.send(RawUpstream.STREAM_HEAD);
        } else {
          call.send(
              "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n"
                  .formatted(OpenAiStandIn.completion("fine").length()));
        }
      }
      if (this == PART && !way.stream()) {
        call.send(OpenAiStandIn.completion("fine").substring(0, 80));
      } else if (this == PART || this == ENDLESS) {
        for (int i = 0; i < 3; i++) {
          call.chunk(OpenAiStandIn.chunk("three words more"));
        }
      }
    }

    /** Says as much as that, then goes on for ever or says no more. */
    void answer(Way way, Call call, CountDownLatch said) throws IOException, InterruptedException {
      say(way, call);
      said.countDown();
      if (this == ENDLESS) {
        while (!call.closedWithin(Duration.ofMillis(5))) {
          call.chunk(OpenAiStandIn.chunk("and more"));
        }
        call.finish();
      } else {
        call.awaitClose();
      }
    }

    /** Whether a part of the answer was generated as far as the router can know. */
    boolean generated(Way way) {
      return way.stream() && (this == PART || this == ENDLESS);
    }
  }

  /** How a caller leaves. */
  private enum Departure {
    FIN,
    RESET,
    HALF_CLOSE;

    void by(RawCaller caller) throws IOException {
      switch (this) {
        case FIN -> caller.close();
        case RESET -> caller.reset();
        case HALF_CLOSE -> caller.halfClose();
      }
    }
  }

  private static Stream<Arguments> departures() {
    return ways()
        .flatMap(
            way ->
                Stream.of(Progress.values())
                    .filter(progress -> way.stream() || progress != Progress.ENDLESS)
                    .flatMap(
                        progress ->
                            Stream.of(Departure.values())
                                .map(departure -> Arguments.of(way, progress, departure))));
  }

  @ParameterizedTest
  @MethodSource("departures")
  void callerLeaves_upstreamIsClosedWithinASecond(Way way, Progress progress, Departure departure)
      throws Exception {
    CountDownLatch said = new CountDownLatch(1);
    way.upstream().serve(call -> progress.answer(way, call, said));
    try (RawCaller caller = new RawCaller(router.port(), 0)) {
      String id = way.ask(caller, way.function());
      assertThat(said.await(5, TimeUnit.SECONDS)).isTrue();
      if (progress.generated(way)) {
        for (int i = 0; i < 3; i++) {
          assertThat(caller.readUntil("\n\n")).contains("three words more");
        }
      }
      long left = System.nanoTime();
      departure.by(caller);
      assertEndsWithinASecondOf(left, way.upstream());

      InferenceEvent row = router.awaitInference(id);
      assertThat(row.outcome().ending()).isEqualTo(Ending.ABANDONED);
      assertThat(row.outcome().errorClass()).isNull();
      assertThat(row.attempts()).singleElement().extracting(Attempt::status).isEqualTo("abandoned");
      if (progress.generated(way)) {
        assertEstimated(row);
      } else {
        assertThat(row.quantities().tokensEstimated()).isFalse();
        assertThat(row.quantities().tokens().output()).isNull();
        assertThat(row.outcome().servedVariant()).isNull();
      }
    }
  }

  private static void assertEndsWithinASecondOf(long moment, RawUpstream upstream)
      throws InterruptedException {
    assertThat(upstream.awaitClosed(ONE_SECOND)).as("the upstream was closed").isTrue();
    Duration rest = ONE_SECOND.minusNanos(System.nanoTime() - moment);
    router.gauges().assertQuietWithin(rest);
    assertThat(upstream.closedAt() - moment).isLessThan(ONE_SECOND.toNanos());
  }

  private static void assertEstimated(InferenceEvent row) {
    assertThat(row.quantities().tokensEstimated()).isTrue();
    assertThat(row.quantities().tokens().input()).isPositive();
    assertThat(row.quantities().tokens().output()).isPositive();
    assertThat(row.quantities().costNanos()).isPositive();
    assertThat(row.outcome().servedVariant()).isEqualTo("v");
  }

  @Test
  void callerLeaves_whileTheHandshakeStalls_connectionIsClosedWithinASecond() throws Exception {
    try (RawCaller caller = new RawCaller(router.port(), 0)) {
      String id = new Way(true, true, true).ask(caller, "silent");
      assertThat(silent.awaitSpokenTo(LONG)).isTrue();
      long left = System.nanoTime();
      caller.close();
      assertThat(silent.awaitClosed(ONE_SECOND)).isTrue();
      router.gauges().assertQuietWithin(ONE_SECOND.minusNanos(System.nanoTime() - left));
      assertThat(router.awaitInference(id).outcome().ending()).isEqualTo(Ending.ABANDONED);
    }
  }

  // ---- the caller is slow ----------------------------------------------------------------------

  private static void flood(Call call) throws IOException {
    call.send(RawUpstream.STREAM_HEAD);
    for (int i = 0; i < FLOOD_PIECES; i++) {
      call.chunk(OpenAiStandIn.chunk(FLOOD_PIECE));
    }
    call.chunk(OpenAiStandIn.ending());
    call.lastChunk();
  }

  /** Whether the upstream has sent nothing for 150 ms. */
  private static BooleanSupplier standsStill(RawUpstream upstream) {
    long[] seen = {-1, 0};
    return () -> {
      if (seen[0] != upstream.bytesSent()) {
        seen[0] = upstream.bytesSent();
        seen[1] = System.nanoTime();
      }
      return System.nanoTime() - seen[1] > 150_000_000;
    };
  }

  /** Reads to the last chunk and gives the number of bytes. */
  private static long readToTheEnd(RawCaller caller) throws IOException {
    byte[] piece = new byte[64 * 1024];
    byte[] last = "\r\n0\r\n\r\n".getBytes(StandardCharsets.US_ASCII);
    long received = 0;
    byte[] tail = new byte[0];
    InputStream in = caller.in();
    for (int n; !Arrays.equals(tail, last) && (n = in.read(piece)) > 0; ) {
      received += n;
      byte[] seen = Arrays.copyOf(tail, tail.length + n);
      System.arraycopy(piece, 0, seen, tail.length, n);
      tail = Arrays.copyOfRange(seen, Math.max(0, seen.length - last.length), seen.length);
    }
    assertThat(tail).isEqualTo(last);
    return received;
  }

  @ParameterizedTest
  @MethodSource("streamedWays")
  void callerIsSlow_upstreamStandsStillUntilItReads(Way way) throws Exception {
    way.upstream().serve(RequestEndsTest::flood);
    try (RawCaller caller = new RawCaller(router.port(), 64 * 1024)) {
      String id = way.ask(caller, way.function());
      assertThat(caller.readUntil("\r\n\r\n")).startsWith("HTTP/1.1 200");
      assertThat(Eventually.within(LONG, standsStill(way.upstream()))).as("stands still").isTrue();
      assertThat(way.upstream().bytesSent()).isLessThan((long) FLOOD_PIECES * FLOOD_PIECE.length());

      assertThat(readToTheEnd(caller)).isGreaterThan((long) FLOOD_PIECES * FLOOD_PIECE.length());
      InferenceEvent row = router.awaitInference(id);
      assertThat(row.outcome().ending()).isEqualTo(Ending.ANSWERED);
      assertThat(row.quantities().tokens().output()).isEqualTo(3);
      assertThat(row.quantities().tokensEstimated()).isFalse();
    }
  }

  private static Stream<Arguments> slowDepartures() {
    return streamedWays()
        .flatMap(
            way -> Stream.of(Departure.values()).map(departure -> Arguments.of(way, departure)));
  }

  @ParameterizedTest
  @MethodSource("slowDepartures")
  void callerIsSlowAndLeaves_upstreamIsClosedWithinASecond(Way way, Departure departure)
      throws Exception {
    way.upstream()
        .serve(
            call -> {
              call.watch();
              flood(call);
            });
    try (RawCaller caller = new RawCaller(router.port(), 64 * 1024)) {
      String id = way.ask(caller, way.function());
      assertThat(caller.readUntil("\r\n\r\n")).startsWith("HTTP/1.1 200");
      assertThat(Eventually.within(LONG, standsStill(way.upstream()))).as("stands still").isTrue();
      long left = System.nanoTime();
      departure.by(caller);
      assertEndsWithinASecondOf(left, way.upstream());

      InferenceEvent row = router.awaitInference(id);
      assertThat(row.outcome().ending()).isEqualTo(Ending.ABANDONED);
      assertEstimated(row);
    }
  }

  @ParameterizedTest
  @MethodSource("wholeWays")
  void callerIsSlow_wholeAnswer_holdsNothingOfTheRequest(Way way) throws Exception {
    String text = FLOOD_PIECE.repeat(FLOOD_PIECES / 2);
    way.upstream().serve(call -> call.whole(OpenAiStandIn.completion(text)));
    try (RawCaller caller = new RawCaller(router.port(), 64 * 1024)) {
      String id = way.ask(caller, way.function());
      assertThat(caller.readUntil("\r\n\r\n")).startsWith("HTTP/1.1 200");
      router.gauges().assertQuietWithin(ONE_SECOND);
      assertThat(router.awaitInference(id).outcome().ending()).isEqualTo(Ending.ANSWERED);
    }
  }

  // ---- the upstream stalls ---------------------------------------------------------------------

  private static Stream<Arguments> quietAfter() {
    return ways()
        .flatMap(
            way ->
                Stream.of(Progress.NOTHING, Progress.HEAD, Progress.PART)
                    .map(progress -> Arguments.of(way, progress)));
  }

  /** Each costs its deadline, so encryption is not shown with every progress. */
  private static Stream<Arguments> stalls() {
    return quietAfter()
        .filter(stall -> !((Way) stall.get()[0]).tls() || stall.get()[1] == Progress.PART);
  }

  @ParameterizedTest
  @MethodSource("stalls")
  void upstreamStalls_deadlineClosesItAndTheCallerIsTold(Way way, Progress progress)
      throws Exception {
    CountDownLatch said = new CountDownLatch(1);
    way.upstream().serve(call -> progress.answer(way, call, said));
    try (RawCaller caller = new RawCaller(router.port(), 0)) {
      String id = way.ask(caller, way.function() + "_hasty");
      boolean begun = progress.generated(way);
      String answer = begun ? way.readAnswer(caller) : caller.readWhole();
      long told = System.nanoTime();
      assertEndsWithinASecondOf(told, way.upstream());

      assertBrokenAnswer(way, begun, answer, way.openAi() ? 504 : 502, "deadline passed");
      assertBrokenRow(router.awaitInference(id), begun, "timed_out");
    }
  }

  /** An error with its status before the first word, an error event after it. */
  private static void assertBrokenAnswer(
      Way way, boolean begun, String answer, int status, String message) {
    if (!begun) {
      assertThat(answer).startsWith("HTTP/1.1 " + status).contains("\"error\":", message);
      return;
    }
    assertThat(answer)
        .startsWith("HTTP/1.1 200")
        .contains("three words more", "data: {\"error\":", message);
    // Each protocol has its own way to say that this was no clean finish.
    assertThat(answer.contains("data: [DONE]")).isEqualTo(!way.openAi());
    assertThat(answer).doesNotContain("\"finish_reason\":\"stop\"");
  }

  private static void assertBrokenRow(InferenceEvent row, boolean begun, String errorClass) {
    assertThat(row.outcome().ending()).isEqualTo(begun ? Ending.TRUNCATED : Ending.FAILED);
    assertThat(row.outcome().errorClass()).isEqualTo(errorClass);
    assertThat(row.attempts())
        .singleElement()
        .satisfies(
            attempt -> {
              assertThat(attempt.status()).isEqualTo(begun ? "truncated" : "failed");
              assertThat(attempt.errorClass()).isEqualTo(errorClass);
            });
    if (begun) {
      assertEstimated(row);
    } else {
      assertThat(row.quantities().tokens().output()).isNull();
      assertThat(row.outcome().servedVariant()).isNull();
    }
  }

  // ---- the upstream cuts -----------------------------------------------------------------------

  private static Stream<Arguments> cuts() {
    return quietAfter()
        .flatMap(
            stall ->
                Stream.of(false, true)
                    .map(reset -> Arguments.of(stall.get()[0], stall.get()[1], reset)));
  }

  @ParameterizedTest
  @MethodSource("cuts")
  void upstreamCuts_callerIsToldAndNothingIsLeft(Way way, Progress progress, boolean reset)
      throws Exception {
    CountDownLatch received = new CountDownLatch(1);
    way.upstream()
        .serve(
            call -> {
              progress.say(way, call);
              received.await(5, TimeUnit.SECONDS);
              if (reset) {
                call.reset();
              } else {
                call.finish();
              }
            });
    try (RawCaller caller = new RawCaller(router.port(), 0)) {
      String id = way.ask(caller, way.function());
      boolean begun = progress.generated(way);
      String answer = begun ? caller.readUntil("three words more") : "";
      received.countDown();
      answer += begun ? way.readAnswer(caller) : caller.readWhole();
      router.gauges().assertQuietWithin(ONE_SECOND);

      assertBrokenAnswer(way, begun, answer, 502, "closed the connection");
      assertBrokenRow(
          router.awaitInference(id),
          begun,
          progress == Progress.NOTHING ? "connection_broken" : "answer_cut");
    }
  }

  // ---- a reused connection turns out to be closed ----------------------------------------------

  @ParameterizedTest
  @MethodSource("staleConnections")
  void reusedConnectionDiesWithoutAByte_isAskedOnceMoreAndAnswered(Way way, boolean reset)
      throws Exception {
    way.upstream()
        .serve(
            call -> {
              if (call.number() > 1) {
                if (reset) {
                  call.reset();
                } else {
                  call.finish();
                }
              } else if (way.stream()) {
                OpenAiStandIn.stream("fine").answer(call);
              } else {
                way.plainAnswer(call);
              }
            });
    UpstreamGauges upstreams = router.gauges().upstream();
    long retries = upstreams.staleRetries();
    // One connection of the caller is one event loop, and that one pool of connections.
    try (RawCaller caller = new RawCaller(router.port(), 0)) {
      for (int i = 0; i < 4; i++) {
        String id = way.ask(caller, way.function());
        assertThat(way.readAnswer(caller)).startsWith("HTTP/1.1 200").contains("fine");
        InferenceEvent row = router.awaitInference(id);
        assertThat(row.outcome().ending()).isEqualTo(Ending.ANSWERED);
        assertThat(row.attempts()).hasSize(1);
        assertThat(row.quantities().costNanos()).isEqualTo(13_000L);
        router.gauges().assertQuietWithin(ONE_SECOND);
      }
    }
    // A request may come before the connection of the one before is back, and gets a fresh one.
    assertThat(upstreams.staleRetries() - retries).isPositive();
  }

  private static Stream<Arguments> staleConnections() {
    return ways().flatMap(way -> Stream.of(false, true).map(reset -> Arguments.of(way, reset)));
  }
}
