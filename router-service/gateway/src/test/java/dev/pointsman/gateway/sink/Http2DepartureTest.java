package dev.pointsman.gateway.sink;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pointsman.gateway.sink.Relay.Outcome;
import dev.pointsman.gateway.testing.Eventually;
import dev.pointsman.gateway.testing.RawUpstream;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.AfterParameterizedClassInvocation;
import org.junit.jupiter.params.BeforeParameterizedClassInvocation;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.ValueSource;

/** A caller who resets one stream of a connection leaves one request, and the others go on. */
@ParameterizedClass(name = "carrier {0}")
@ValueSource(booleans = {false, true})
final class Http2DepartureTest {

  private static final Duration LONG = Duration.ofSeconds(5);

  private static RelayServer server;
  private static RawUpstream upstream;
  private static HttpClient client;

  Http2DepartureTest(boolean carrier) {}

  @BeforeParameterizedClassInvocation
  static void start(boolean carrier) throws Exception {
    upstream = new RawUpstream();
    server =
        new RelayServer(
            carrier,
            Map.of("micronaut.server.http-version", "2.0", "micronaut.server.ssl.enabled", false));
    server.warmUp(upstream, "127.0.0.1");
    client = HttpClient.newBuilder().version(HttpClient.Version.HTTP_2).build();
    // The first request upgrades the connection, the others find it upgraded.
    upstream.serve(call -> call.whole("{}"));
    server.relay.reset(upstream.uri());
    assertWholeAnswer();
  }

  @AfterParameterizedClassInvocation
  static void stop() throws IOException {
    client.close();
    server.close();
    upstream.close();
  }

  @AfterEach
  void connectionIsUsableAndNothingIsLeft() throws Exception {
    upstream.serve(call -> call.whole("{}"));
    server.relay.reset(upstream.uri());
    assertWholeAnswer();
    server.assertQuiet();
  }

  private static void assertWholeAnswer() throws Exception {
    HttpResponse<String> answer =
        client.send(post("/relay/whole"), HttpResponse.BodyHandlers.ofString());
    assertThat(answer.version()).isEqualTo(HttpClient.Version.HTTP_2);
    assertThat(answer.statusCode()).isEqualTo(200);
    assertThat(answer.body()).isEqualTo("{}");
  }

  private static HttpRequest post(String path) {
    return HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + server.port() + path))
        .header("content-type", "application/json")
        .POST(HttpRequest.BodyPublishers.ofString("{}"))
        .build();
  }

  @Test
  void callerResets_beforeHead_upstreamIsClosedWithinASecond() throws Exception {
    upstream.serve(RawUpstream.Call::awaitClose);
    server.relay.reset(upstream.uri());
    CompletableFuture<?> answer =
        client.sendAsync(post("/relay/stream"), HttpResponse.BodyHandlers.ofString());
    assertThat(upstream.awaitRequest(LONG)).isTrue();
    answer.cancel(true);
    assertLeft();
  }

  @Test
  void callerResets_midStream_upstreamIsClosedWithinASecond() throws Exception {
    upstream.serve(
        call -> {
          call.send(RawUpstream.STREAM_HEAD);
          call.chunk(RawUpstream.EVENT);
          call.awaitClose();
        });
    server.relay.reset(upstream.uri());
    try (InputStream body = stream()) {
      assertThat(body.readNBytes(RawUpstream.EVENT.length)).isEqualTo(RawUpstream.EVENT);
    }
    assertLeft();
  }

  @Test
  void callerResets_whileWriteIsBlocked_upstreamIsClosedWithinASecond() throws Exception {
    upstream.serve(
        call -> {
          call.send(RawUpstream.STREAM_HEAD);
          call.watch();
          while (true) {
            call.chunk(new byte[16 * 1024]);
          }
        });
    server.relay.reset(upstream.uri());
    try (InputStream body = stream()) {
      assertThat(body.readNBytes(16 * 1024)).hasSize(16 * 1024);
      long[] seen = {-1, System.nanoTime()};
      assertThat(
              Eventually.within(
                  LONG,
                  () -> {
                    if (seen[0] != upstream.bytesSent()) {
                      seen[0] = upstream.bytesSent();
                      seen[1] = System.nanoTime();
                    }
                    return System.nanoTime() - seen[1] > 300_000_000;
                  }))
          .as("the flow stopped")
          .isTrue();
    }
    assertLeft();
  }

  @Test
  void fail_midStream_callerSeesTheCut() throws Exception {
    upstream.serve(
        call -> {
          call.send(RawUpstream.STREAM_HEAD);
          call.chunk(RawUpstream.EVENT);
          call.finish();
        });
    server.relay.reset(upstream.uri());
    CompletableFuture<HttpResponse<String>> answer =
        client.sendAsync(post("/relay/stream"), HttpResponse.BodyHandlers.ofString());
    assertThat(answer).failsWithin(LONG);
  }

  private static InputStream stream() throws Exception {
    return client
        .sendAsync(post("/relay/stream"), HttpResponse.BodyHandlers.ofInputStream())
        .get(5, TimeUnit.SECONDS)
        .body();
  }

  private static void assertLeft() throws InterruptedException {
    assertThat(upstream.awaitClosed(Duration.ofSeconds(1))).as("upstream closed").isTrue();
    assertThat(server.ending().outcome()).isEqualTo(Outcome.CALLER_LEFT);
  }
}
