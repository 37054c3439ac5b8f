package dev.pointsman.gateway.provider.openai;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pointsman.catalog.CatalogReader;
import dev.pointsman.catalog.CatalogReading;
import dev.pointsman.gateway.inference.AnswerEvent;
import dev.pointsman.gateway.provider.ProviderAnswer;
import dev.pointsman.gateway.provider.ProviderClient;
import dev.pointsman.gateway.provider.ProviderClientContract;
import dev.pointsman.gateway.provider.ProviderFailure;
import dev.pointsman.gateway.provider.ProviderRegistry;
import dev.pointsman.gateway.provider.ProviderType;
import dev.pointsman.gateway.testing.OpenAiStandIn;
import dev.pointsman.gateway.testing.RawUpstream;
import dev.pointsman.gateway.testing.RawUpstream.Script;
import dev.pointsman.gateway.testing.UpstreamContext;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Against an upstream on a bare socket that repeats our key wherever it can. */
final class OpenAiProviderTest extends ProviderClientContract {

  private static final String SECRET = "sk-not-to-be-seen";
  private static UpstreamContext context;
  private static RawUpstream upstream;
  private final List<Failing> failures = new ArrayList<>();

  @BeforeAll
  static void start() throws IOException {
    context = new UpstreamContext(false, Map.of());
    upstream = new RawUpstream();
  }

  @AfterAll
  static void stop() throws IOException {
    context.close();
    upstream.close();
  }

  private static ProviderClient client(String base, String keyLocation) {
    ProviderType type = OpenAiProvider.type(context.upstreams(), Map.of("GIVEN_KEY", SECRET));
    ProviderRegistry registry = new ProviderRegistry(List.of(type));
    String toml =
        """
        [models.m]
        routing = ["p"]
        providers.p = { type = "openai", model_name = "gpt", api_base = "%s", api_key_location = "%s" }
        """
            .formatted(base, keyLocation);
    CatalogReading reading =
        new CatalogReader(registry.kinds(), Map.of("GIVEN_KEY", SECRET)).readText("t.toml", toml);
    if (reading instanceof CatalogReading.Loaded loaded) {
      return registry.client(loaded.catalog().models().get("m").providers().get("p"));
    }
    throw new IllegalArgumentException(reading.diagnostics().toString());
  }

  private static ProviderClient serving(Script script) {
    upstream.serve(script);
    return client("http://127.0.0.1:%d/v1".formatted(upstream.port()), "env::GIVEN_KEY");
  }

  @Override
  protected ProviderClient answering() {
    return serving(
        call -> {
          assertThat(call.header("authorization")).isEqualTo("Bearer " + SECRET);
          boolean stream = new String(call.body()).contains("\"stream\":true");
          if (stream) {
            OpenAiStandIn.stream("a", "b", "c").answer(call);
          } else {
            call.whole(OpenAiStandIn.completion("abc"));
          }
        });
  }

  @Override
  protected ProviderClient slowToBegin() {
    return serving(RawUpstream.Call::awaitClose);
  }

  @Override
  protected ProviderClient slowToGoOn() {
    return serving(
        call -> {
          call.send(RawUpstream.STREAM_HEAD);
          call.chunk(OpenAiStandIn.chunk("a"));
          call.awaitClose();
        });
  }

  @Override
  protected List<Silence> silences() {
    return List.of(
        new Silence("before the head", 0, this::slowToBegin),
        new Silence(
            "after the head",
            0,
            () ->
                serving(
                    call -> {
                      call.send(RawUpstream.STREAM_HEAD);
                      call.awaitClose();
                    })),
        new Silence("after the first part", 1, this::slowToGoOn));
  }

  @Override
  protected String secret() {
    return SECRET;
  }

  @Override
  protected void assertNothingIsHeld() {
    context.assertQuiet();
  }

  // ---- failures --------------------------------------------------------------------------------

  private void on(String how, Script script, Class<? extends ProviderFailure> expected) {
    for (boolean stream : new boolean[] {false, true}) {
      failures.add(
          new Failing(
              how + (stream ? ", streamed" : ", whole"), () -> serving(script), stream, expected));
    }
  }

  private void status(int status, String code, Class<? extends ProviderFailure> expected) {
    String body = OpenAiStandIn.error(code, "wrong, and your key is " + SECRET);
    on(status + " " + code, call -> call.whole(status, body), expected);
  }

  /** A whole answer, or a stream of these events that then ends as the protocol says. */
  private void streamOf(String how, String events, Class<? extends ProviderFailure> expected) {
    failures.add(
        new Failing(
            how,
            () ->
                serving(
                    call -> {
                      call.send(RawUpstream.STREAM_HEAD);
                      call.chunk(events);
                      call.lastChunk();
                    }),
            true,
            expected));
  }

  private void whole(String how, String body, Class<? extends ProviderFailure> expected) {
    failures.add(new Failing(how, () -> serving(call -> call.whole(body)), false, expected));
  }

  @Override
  protected List<Failing> failures() {
    failures.clear();
    status(400, "invalid", ProviderFailure.RequestRejected.class);
    status(404, "model_not_found", ProviderFailure.RequestRejected.class);
    status(413, "too_large", ProviderFailure.RequestRejected.class);
    status(422, "invalid", ProviderFailure.RequestRejected.class);
    status(400, "context_length_exceeded", ProviderFailure.ContextTooLong.class);
    status(400, "content_filter", ProviderFailure.ContentFiltered.class);
    status(401, "invalid_api_key", ProviderFailure.CredentialRefused.class);
    status(403, "forbidden", ProviderFailure.CredentialRefused.class);
    status(402, "billing", ProviderFailure.CredentialRefused.class);
    status(429, "insufficient_quota", ProviderFailure.CredentialRefused.class);
    status(408, "timeout", ProviderFailure.TimedOut.class);
    status(429, "rate_limit_exceeded", ProviderFailure.RateLimited.class);
    status(500, "server_error", ProviderFailure.UpstreamFault.class);
    status(503, "overloaded", ProviderFailure.UpstreamFault.class);
    status(504, "timeout", ProviderFailure.TimedOut.class);
    status(529, "overloaded", ProviderFailure.UpstreamFault.class);
    status(302, "moved", ProviderFailure.MalformedAnswer.class);
    on("reset", RawUpstream.Call::reset, ProviderFailure.ConnectionBroken.class);
    on("closed", RawUpstream.Call::finish, ProviderFailure.ConnectionBroken.class);
    on(
        "no HTTP",
        call -> {
          call.send("SSH-2.0-OpenSSH\r\n\r\n");
          call.finish();
        },
        ProviderFailure.MalformedAnswer.class);
    failures.add(
        new Failing(
            "nobody listens",
            () -> client("http://127.0.0.1:%d/v1".formatted(freePort()), "env::GIVEN_KEY"),
            false,
            ProviderFailure.ConnectionBroken.class));
    failures.add(
        new Failing(
            "no key",
            () -> client("http://127.0.0.1:1/v1", "env::ABSENT_KEY"),
            false,
            ProviderFailure.CredentialRefused.class));

    whole("whole: no JSON", "<html>" + SECRET, ProviderFailure.MalformedAnswer.class);
    whole(
        "whole: no choices", "{\"id\":\"" + SECRET + "\"}", ProviderFailure.MalformedAnswer.class);
    whole("whole: empty", "", ProviderFailure.MalformedAnswer.class);
    whole(
        "whole: an error with status 200",
        OpenAiStandIn.error("x", SECRET),
        ProviderFailure.UpstreamFault.class);
    whole(
        "whole: no finish reason",
        OpenAiStandIn.completion("a")
            .replace("\"finish_reason\":\"stop\"", "\"finish_reason\":null"),
        ProviderFailure.AnswerCut.class);
    failures.add(
        new Failing(
            "whole: cut",
            () ->
                serving(
                    call -> {
                      call.send("HTTP/1.1 200 OK\r\nContent-Length: 900\r\n\r\n{\"choices\":[");
                      call.finish();
                    }),
            false,
            ProviderFailure.AnswerCut.class));

    String a = OpenAiStandIn.chunk("a");
    streamOf("stream: empty", ": nothing\n\n", ProviderFailure.AnswerCut.class);
    streamOf("stream: no [DONE]", a + OpenAiStandIn.FINISH, ProviderFailure.AnswerCut.class);
    streamOf("stream: no finish reason", a + OpenAiStandIn.DONE, ProviderFailure.AnswerCut.class);
    streamOf("stream: nothing but [DONE]", OpenAiStandIn.DONE, ProviderFailure.AnswerCut.class);
    streamOf(
        "stream: [DONE] without its blank line",
        a + OpenAiStandIn.FINISH + "data: [DONE]",
        ProviderFailure.AnswerCut.class);
    streamOf("stream: no JSON", a + "data: {oops\n\n", ProviderFailure.MalformedAnswer.class);
    streamOf(
        "stream: no choices", a + "data: {\"x\":1}\n\n", ProviderFailure.MalformedAnswer.class);
    streamOf(
        "stream: an error",
        a + "data: " + OpenAiStandIn.error("x", SECRET) + "\n\n" + OpenAiStandIn.ending(),
        ProviderFailure.UpstreamFault.class);
    for (boolean reset : new boolean[] {false, true}) {
      failures.add(
          new Failing(
              "stream: " + (reset ? "reset" : "cut"),
              () ->
                  serving(
                      call -> {
                        call.send(RawUpstream.STREAM_HEAD);
                        call.chunk(a + OpenAiStandIn.FINISH);
                        if (reset) {
                          call.reset();
                        } else {
                          call.finish();
                        }
                      }),
              true,
              ProviderFailure.AnswerCut.class));
    }
    return List.copyOf(failures);
  }

  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }

  @Test
  void failures_coverEveryClass() {
    Set<Class<?>> covered = failures().stream().map(Failing::expected).collect(Collectors.toSet());

    assertThat(covered).containsExactlyInAnyOrder(ProviderFailure.class.getPermittedSubclasses());
  }

  @Test
  void rawResponse_keyInTheMiddleOfAnAnswer_isMasked() throws Exception {
    ProviderClient client =
        serving(call -> call.whole(OpenAiStandIn.completion("your key is " + SECRET)));
    try (ProviderAnswer answer =
        client.open(question(false), System.nanoTime() + Duration.ofSeconds(10).toNanos())) {
      AnswerEvent first = answer.next(System.nanoTime() + Duration.ofSeconds(10).toNanos());

      assertThat(first).isInstanceOf(AnswerEvent.TextDelta.class);
      assertThat(answer.rawResponse()).contains("your key is ***");
    }
  }
}
