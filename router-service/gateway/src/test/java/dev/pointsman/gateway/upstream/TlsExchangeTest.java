package dev.pointsman.gateway.upstream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.pointsman.gateway.testing.Eventually;
import dev.pointsman.gateway.testing.RawUpstream;
import dev.pointsman.gateway.testing.SilentServer;
import dev.pointsman.gateway.testing.TestCertificates;
import dev.pointsman.gateway.testing.UpstreamContext;
import dev.pointsman.gateway.upstream.DeadlineExceededException.Awaited;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.AfterParameterizedClassInvocation;
import org.junit.jupiter.params.BeforeParameterizedClassInvocation;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.ValueSource;

@ParameterizedClass(name = "carrier {0}")
@ValueSource(booleans = {false, true})
final class TlsExchangeTest {

  private static final Duration LONG = Duration.ofSeconds(5);

  @TempDir private static Path directory;
  private static TestCertificates localhost;
  private static TestCertificates elsewhere;

  private static UpstreamContext context;
  private static boolean onCarrier;

  TlsExchangeTest(boolean carrier) {}

  @BeforeParameterizedClassInvocation
  static void start(boolean carrier) throws Exception {
    onCarrier = carrier;
    if (localhost == null) {
      localhost = new TestCertificates(directory, "localhost", "dns:localhost,ip:127.0.0.1");
      elsewhere = new TestCertificates(directory, "elsewhere", "dns:elsewhere.example");
      Files.writeString(
          trusted(), Files.readString(localhost.pem()) + Files.readString(elsewhere.pem()));
    }
    context =
        new UpstreamContext(
            carrier, Map.of("pointsman.upstream.trusted-certificates", trusted().toString()));
  }

  private static Path trusted() {
    return directory.resolve("trusted.pem");
  }

  @AfterParameterizedClassInvocation
  static void stop() {
    context.close();
  }

  @AfterEach
  void nothingIsLeft() {
    context.assertQuiet();
  }

  @Test
  void head_trustedCertificate_answers() throws Exception {
    try (RawUpstream upstream = new RawUpstream(localhost.server())) {
      assertThat(context.body(upstream.uri("localhost"))).isEqualTo("{}");
      assertThat(context.body(upstream.uri("127.0.0.1"))).isEqualTo("{}");
    }
  }

  @Test
  void head_certificateForAnotherHost_failsBeforeAnythingIsSent() throws Exception {
    try (RawUpstream upstream = new RawUpstream(elsewhere.server())) {
      assertThatThrownBy(() -> context.body(upstream.uri("localhost")))
          .isInstanceOfSatisfying(
              TlsFailedException.class, e -> assertThat(e.requestSent()).isFalse())
          .hasMessageContaining("no secure connection to https://localhost")
          .hasMessageContaining("localhost found");
      assertThat(upstream.requests()).isZero();
    }
  }

  @Test
  void head_untrustedCertificate_failsBeforeAnythingIsSent() throws Exception {
    try (RawUpstream upstream = new RawUpstream(localhost.server());
        UpstreamContext stranger = new UpstreamContext(onCarrier, Map.of())) {
      assertThatThrownBy(() -> stranger.body(upstream.uri("localhost")))
          .isInstanceOf(TlsFailedException.class)
          .hasMessageContaining("certification path");
      assertThat(upstream.requests()).isZero();
      stranger.assertQuiet();
    }
  }

  @Test
  void head_connectionEndsDuringTheHandshake_fails() throws Exception {
    try (ServerSocket hangsUp = new ServerSocket(0, 10, InetAddress.getLoopbackAddress())) {
      Thread.ofPlatform()
          .daemon()
          .start(
              () -> {
                try (Socket socket = hangsUp.accept()) {
                  socket.getInputStream().read();
                } catch (IOException closing) {
                  // The test is over.
                }
              });
      URI address = URI.create("https://localhost:" + hangsUp.getLocalPort() + "/");
      assertThatThrownBy(() -> context.body(address))
          .isInstanceOf(TlsFailedException.class)
          .hasMessageContaining("the connection ended during the handshake");
    }
  }

  @Test
  void head_secondConnection_resumesTheSession() throws Exception {
    Queue<Long> sessions = new ConcurrentLinkedQueue<>();
    try (RawUpstream upstream = new RawUpstream(localhost.server())) {
      upstream.serve(
          call -> {
            sessions.add(call.tlsSessionBegan());
            call.send("HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{}");
            call.finish();
          });
      for (int i = 0; i < 4; i++) {
        assertThat(context.body(upstream.uri("localhost"))).isEqualTo("{}");
      }
      assertThat(upstream.connections()).isEqualTo(4);
      assertThat(sessions).hasSize(4).containsOnly(sessions.element());
    }
  }

  @Test
  void nextChunk_largeBody_arrivesUnchanged() throws Exception {
    StringBuilder large = new StringBuilder();
    for (int i = 0; large.length() < 1 << 20; i++) {
      large.append(i).append(',');
    }
    try (RawUpstream upstream = new RawUpstream(localhost.server())) {
      upstream.serve(call -> call.whole(large.toString()));
      assertThat(context.body(upstream.uri("localhost"))).isEqualTo(large.toString());
    }
  }

  @Test
  void open_reusedConnectionDiesWithoutAByte_isSentOnceMore() throws Exception {
    try (RawUpstream upstream = new RawUpstream(localhost.server())) {
      upstream.serve(
          call -> {
            if (call.number() == 1) {
              call.whole("{}");
            } else {
              call.finish();
            }
          });
      for (int i = 0; i < 3; i++) {
        assertThat(context.body(upstream.uri("localhost"))).isEqualTo("{}");
      }
      assertThat(upstream.connections()).isEqualTo(3);
    }
  }

  @Test
  void nextChunk_goodbyeWithoutClosing_isCut() throws Exception {
    try (RawUpstream upstream = new RawUpstream(localhost.server())) {
      upstream.serve(
          call -> {
            call.send(RawUpstream.STREAM_HEAD);
            call.chunk(RawUpstream.EVENT);
            call.halfClose();
            call.awaitClose();
          });
      try (UpstreamExchange exchange = context.get(upstream.uri("localhost"))) {
        long deadline = UpstreamContext.in(LONG);
        assertThat(exchange.nextChunk(deadline)).isEqualTo(RawUpstream.EVENT);
        assertThatThrownBy(() -> exchange.nextChunk(deadline))
            .isInstanceOfSatisfying(
                UpstreamClosedException.class, e -> assertThat(e.afterHead()).isTrue());
      }
      assertThat(upstream.awaitClosed(Duration.ofSeconds(1))).isTrue();
    }
  }

  @Test
  void close_midStream_upstreamIsClosedWithinASecond() throws Exception {
    try (RawUpstream upstream = new RawUpstream(localhost.server())) {
      upstream.serve(
          call -> {
            call.send(RawUpstream.STREAM_HEAD);
            call.chunk(RawUpstream.EVENT);
            call.awaitClose();
          });
      try (UpstreamExchange exchange = context.get(upstream.uri("localhost"))) {
        assertThat(exchange.nextChunk(UpstreamContext.in(LONG))).isEqualTo(RawUpstream.EVENT);
      }
      assertThat(upstream.awaitClosed(Duration.ofSeconds(1))).isTrue();
    }
  }

  @Test
  void close_unreadFlood_upstreamIsClosedWithinASecond() throws Exception {
    try (RawUpstream upstream = new RawUpstream(localhost.server())) {
      upstream.serve(
          call -> {
            call.send(RawUpstream.STREAM_HEAD);
            call.watch();
            while (true) {
              call.chunk(new byte[16 * 1024]);
            }
          });
      try (UpstreamExchange exchange = context.get(upstream.uri("localhost"))) {
        exchange.head(UpstreamContext.in(LONG));
        // Nothing is taken, so reading stops; the connection is closed while the upstream writes.
        long[] seen = {-1, System.nanoTime()};
        assertThat(
                Eventually.within(
                    LONG,
                    () -> {
                      if (seen[0] != upstream.bytesSent()) {
                        seen[0] = upstream.bytesSent();
                        seen[1] = System.nanoTime();
                      }
                      return System.nanoTime() - seen[1] > 200_000_000;
                    }))
            .as("the upstream was stopped")
            .isTrue();
      }
      assertThat(upstream.awaitClosed(Duration.ofSeconds(1))).isTrue();
    }
  }

  @Test
  void head_handshakeStalls_deadlineHoldsAndConnectionIsClosed() throws Exception {
    try (SilentServer silent = new SilentServer()) {
      URI address = URI.create("https://localhost:" + silent.port() + "/");
      try (UpstreamExchange exchange = context.get(address)) {
        assertThatThrownBy(() -> exchange.head(UpstreamContext.in(Duration.ofMillis(300))))
            .isInstanceOfSatisfying(
                DeadlineExceededException.class,
                late -> {
                  assertThat(late.awaited()).isEqualTo(Awaited.CONNECTION);
                  assertThat(late.requestSent()).isFalse();
                });
      }
      assertThat(silent.awaitClosed(Duration.ofSeconds(1))).isTrue();
    }
  }

  @Test
  void head_handshakeStalls_endsAtTheTlsTimeout() throws Exception {
    try (SilentServer silent = new SilentServer();
        UpstreamContext impatient =
            new UpstreamContext(onCarrier, Map.of("pointsman.upstream.tls-timeout", "200ms"))) {
      URI address = URI.create("https://localhost:" + silent.port() + "/");
      assertThatThrownBy(() -> impatient.body(address))
          .isInstanceOf(TlsFailedException.class)
          .hasMessageContaining("the handshake did not finish within PT0.2S");
      assertThat(silent.awaitClosed(Duration.ofSeconds(1))).isTrue();
      impatient.assertQuiet();
    }
  }
}
