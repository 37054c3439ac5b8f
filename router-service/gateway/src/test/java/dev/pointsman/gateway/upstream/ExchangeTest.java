package dev.pointsman.gateway.upstream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.pointsman.gateway.testing.Eventually;
import dev.pointsman.gateway.testing.RawUpstream;
import dev.pointsman.gateway.testing.UpstreamContext;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.AfterParameterizedClassInvocation;
import org.junit.jupiter.params.BeforeParameterizedClassInvocation;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@ParameterizedClass(name = "carrier {0}")
@ValueSource(booleans = {false, true})
final class ExchangeTest {

  private static final Duration LONG = Duration.ofSeconds(5);

  private static UpstreamContext context;
  private static RawUpstream upstream;

  ExchangeTest(boolean carrier) {}

  @BeforeParameterizedClassInvocation
  static void start(boolean carrier) throws IOException {
    context = new UpstreamContext(carrier, Map.of("pointsman.upstream.max-idle", "300ms"));
    upstream = new RawUpstream();
  }

  @AfterParameterizedClassInvocation
  static void stop() throws IOException {
    context.close();
    upstream.close();
  }

  @AfterEach
  void nothingIsLeft() {
    context.assertQuiet();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "SSH-2.0-OpenSSH_9.9\r\n",
        "HTTP/1.1 abc OK\r\n\r\n",
        "{\"error\":\"no HTTP at all\"}\n\n",
        "HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: many\r\n\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab",
      })
  void head_notHttp_isMalformed(String answer) {
    upstream.serve(
        call -> {
          call.send(answer);
          call.awaitClose();
        });
    assertThatThrownBy(() -> context.body(upstream.uri()))
        .isInstanceOfSatisfying(
            MalformedResponseException.class, e -> assertThat(e.requestSent()).isTrue())
        .hasMessageStartingWith("malformed response from http://127.0.0.1:" + upstream.port())
        .hasNoCause();
  }

  @Test
  void head_headersAboveTheLimit_isMalformed() {
    upstream.serve(
        call -> {
          call.send("HTTP/1.1 200 OK\r\nX-Long: " + "x".repeat(100_000) + "\r\n\r\n");
          call.awaitClose();
        });
    assertThatThrownBy(() -> context.body(upstream.uri()))
        .isInstanceOf(MalformedResponseException.class)
        .hasMessageContaining("pointsman.upstream.max-head-bytes");
  }

  @Test
  void head_endlessStatusLine_isMalformed() {
    upstream.serve(
        call -> {
          call.send("HTTP/1.1 200 " + "x".repeat(100_000));
          call.awaitClose();
        });
    assertThatThrownBy(() -> context.body(upstream.uri()))
        .isInstanceOf(MalformedResponseException.class)
        .hasMessageContaining("pointsman.upstream.max-head-bytes");
  }

  @Test
  void nextChunk_brokenChunkSize_isMalformedAfterWhatWasGood() throws Exception {
    upstream.serve(
        call -> {
          call.send(RawUpstream.STREAM_HEAD);
          call.chunk(RawUpstream.EVENT);
          call.send("sk-secret\r\nxyz\r\n");
          call.awaitClose();
        });
    try (UpstreamExchange exchange = context.get(upstream.uri())) {
      long deadline = UpstreamContext.in(LONG);
      assertThat(exchange.head(deadline).status()).isEqualTo(200);
      assertThat(exchange.nextChunk(deadline)).isEqualTo(RawUpstream.EVENT);
      assertThatThrownBy(() -> exchange.nextChunk(deadline))
          .isInstanceOf(MalformedResponseException.class)
          .hasMessageContaining("chunked encoding")
          .hasMessageNotContaining("secret");
    }
    assertThat(upstream.awaitClosed(Duration.ofSeconds(1))).isTrue();
  }

  @Test
  void nextChunk_shorterThanItsLength_isCut() {
    upstream.serve(
        call -> {
          call.send("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc");
          call.finish();
        });
    assertThatThrownBy(() -> context.body(upstream.uri()))
        .isInstanceOfSatisfying(
            UpstreamClosedException.class, e -> assertThat(e.afterHead()).isTrue());
  }

  @Test
  void nextChunk_withoutLength_endsWithTheConnection() throws Exception {
    upstream.serve(
        call -> {
          call.send("HTTP/1.1 200 OK\r\n\r\nabc");
          call.finish();
        });
    assertThat(context.body(upstream.uri())).isEqualTo("abc");
  }

  @Test
  void head_informationalFirst_isSkipped() throws Exception {
    upstream.serve(
        call -> {
          call.send("HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n");
          call.send("HTTP/1.1 100 Continue\r\n\r\n");
          call.whole("{}");
        });
    assertThat(context.body(upstream.uri())).isEqualTo("{}");
    assertThat(context.body(upstream.uri())).isEqualTo("{}");
    assertThat(upstream.connections()).isEqualTo(1);
  }

  @Test
  void head_repeatedHeader_isJoined() throws Exception {
    upstream.serve(
        call -> call.send("HTTP/1.1 429 Slow\r\nA: 1\r\na: 2\r\nContent-Length: 0\r\n\r\n"));
    try (UpstreamExchange exchange = context.get(upstream.uri())) {
      UpstreamHead head = exchange.head(UpstreamContext.in(LONG));
      assertThat(head.status()).isEqualTo(429);
      assertThat(head.header("A")).isEqualTo("1, 2");
      assertThat(head.header("b")).isNull();
      assertThat(exchange.nextChunk(UpstreamContext.in(LONG))).isEmpty();
      assertThat(exchange.nextChunk(UpstreamContext.in(LONG))).isEmpty();
    }
  }

  @Test
  void open_bytesAfterTheResponse_reachNobody() throws Exception {
    upstream.serve(
        call ->
            call.send(
                "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}"
                    + "HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nforged"));
    for (int i = 0; i < 3; i++) {
      assertThat(context.body(upstream.uri())).isEqualTo("{}");
    }
    assertThat(upstream.connections()).isEqualTo(3);
  }

  @Test
  void open_requestLine_isWhatWasAsked() throws Exception {
    AtomicReference<String> received = new AtomicReference<>();
    upstream.serve(
        call -> {
          received.set(call.head() + new String(call.body(), StandardCharsets.UTF_8));
          call.whole("{}");
        });
    URI address = URI.create(upstream.uri() + "?api-version=1");
    try (UpstreamExchange exchange =
        context
            .upstreams()
            .open(
                UpstreamRequest.post(
                    address, Map.of("Authorization", "Bearer k"), new byte[] {'h', 'i'}))) {
      exchange.head(UpstreamContext.in(LONG));
    }
    assertThat(received.get())
        .startsWith("POST /v1/chat?api-version=1 HTTP/1.1\r\n")
        .containsIgnoringCase("host: 127.0.0.1:" + upstream.port() + "\r\n")
        .containsIgnoringCase("authorization: Bearer k\r\n")
        .containsIgnoringCase("content-length: 2\r\n")
        .doesNotContainIgnoringCase("accept-encoding")
        .endsWith("\r\n\r\nhi");
  }

  @Test
  void open_headerWithALineBreak_isTheCallersError() {
    assertThatThrownBy(
            () ->
                context
                    .upstreams()
                    .open(UpstreamRequest.get(upstream.uri(), Map.of("x", "a\r\nb: c"))))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void head_nobodyListens_cannotConnect() throws Exception {
    int port;
    try (ServerSocket gone = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      port = gone.getLocalPort();
    }
    assertThatThrownBy(() -> context.body(URI.create("http://localhost:" + port + "/")))
        .isInstanceOfSatisfying(
            ConnectFailedException.class, e -> assertThat(e.requestSent()).isFalse())
        .hasMessageStartingWith("cannot connect to http://localhost:" + port);
  }

  @Test
  void head_unknownHost_cannotConnect() {
    // A label above 63 characters is refused by the resolver itself: nothing is asked anywhere.
    String host = "a".repeat(70) + ".test";
    assertThatThrownBy(() -> context.body(URI.create("http://" + host + "/")))
        .isInstanceOf(ConnectFailedException.class)
        .hasMessageContaining("unknown host " + host);
  }

  @Test
  void park_longerThanMaxIdle_isClosed() throws Exception {
    upstream.serve(call -> call.whole("{}"));
    assertThat(context.body(upstream.uri())).isEqualTo("{}");
    assertThat(Eventually.within(LONG, () -> context.gauges().openConnections() == 0)).isTrue();
    assertThat(context.body(upstream.uri())).isEqualTo("{}");
    assertThat(upstream.connections()).isEqualTo(2);
  }

  @Test
  void head_threadInterrupted_throwsAtOnceAndCloseEndsIt() throws Exception {
    upstream.serve(RawUpstream.Call::awaitClose);
    try (UpstreamExchange exchange = context.get(upstream.uri())) {
      assertThat(upstream.awaitRequest(LONG)).isTrue();
      Thread.currentThread().interrupt();
      assertThatThrownBy(() -> exchange.head(UpstreamContext.in(LONG)))
          .isInstanceOf(InterruptedException.class);
    }
    assertThat(upstream.awaitClosed(Duration.ofSeconds(1))).isTrue();
  }

  @Test
  void abort_byAnotherThread_endsTheWait() throws Exception {
    upstream.serve(RawUpstream.Call::awaitClose);
    try (UpstreamExchange exchange = context.get(upstream.uri())) {
      assertThat(upstream.awaitRequest(LONG)).isTrue();
      Thread.ofVirtual().start(exchange::abort);
      assertThatThrownBy(() -> exchange.head(UpstreamContext.in(LONG)))
          .isInstanceOf(UpstreamException.class);
    }
    assertThat(upstream.awaitClosed(Duration.ofSeconds(1))).isTrue();
  }

  /** Whatever an upstream sends ends as an answer or as a declared failure, and leaves nothing. */
  @Test
  void head_damagedResponses_endAsDeclared() throws Exception {
    String good =
        "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n"
            + "e\r\ndata: {\"x\":1}\n\n\r\n3\r\nabc\r\n0\r\n\r\n";
    Random random = new Random(20_251);
    AtomicReference<String> answer = new AtomicReference<>("");
    upstream.serve(
        call -> {
          call.send(answer.get());
          call.finish();
        });
    int answered = 0;
    int failed = 0;
    for (int i = 0; i < 300; i++) {
      StringBuilder damaged = new StringBuilder(good);
      for (int d = random.nextInt(3); d >= 0; d--) {
        int at = random.nextInt(damaged.length());
        switch (random.nextInt(3)) {
          case 0 -> damaged.setCharAt(at, (char) random.nextInt(256));
          case 1 -> damaged.deleteCharAt(at);
          default -> damaged.insert(at, (char) random.nextInt(256));
        }
      }
      if (random.nextInt(5) == 0) {
        damaged.setLength(random.nextInt(damaged.length()));
      }
      answer.set(damaged.toString());
      try {
        context.body(upstream.uri());
        answered++;
      } catch (MalformedResponseException | UpstreamClosedException declared) {
        failed++;
      }
    }
    assertThat(answered).isPositive();
    assertThat(failed).isPositive();
  }
}
