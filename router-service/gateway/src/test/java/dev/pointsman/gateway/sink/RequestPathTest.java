package dev.pointsman.gateway.sink;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pointsman.gateway.sink.Relay.Outcome;
import dev.pointsman.gateway.testing.Eventually;
import dev.pointsman.gateway.testing.RawCaller;
import dev.pointsman.gateway.testing.RawUpstream;
import dev.pointsman.gateway.testing.RawUpstream.Script;
import dev.pointsman.gateway.testing.SilentServer;
import dev.pointsman.gateway.upstream.DeadlineExceededException;
import dev.pointsman.gateway.upstream.DeadlineExceededException.Awaited;
import dev.pointsman.gateway.upstream.UpstreamClosedException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.AfterParameterizedClassInvocation;
import org.junit.jupiter.params.BeforeParameterizedClassInvocation;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Both ends together, from a caller's bare socket through the server to an upstream's bare socket:
 * what happens when one of the three leaves, is slow or is silent. After every case nothing is left
 * of the request but idle connections.
 */
@ParameterizedClass(name = "carrier {0}")
@ValueSource(booleans = {false, true})
final class RequestPathTest {

  private static final Duration ONE_SECOND = Duration.ofSeconds(1);
  private static final Duration LONG = Duration.ofSeconds(5);
  private static final int FLOOD_BYTES = 24 << 20;

  private static RelayServer server;
  private static RawUpstream upstream;

  RequestPathTest(boolean carrier) {}

  @BeforeParameterizedClassInvocation
  static void start(boolean carrier) throws IOException {
    upstream = new RawUpstream();
    server = new RelayServer(carrier, Map.of());
    server.warmUp(upstream, "127.0.0.1");
  }

  @AfterParameterizedClassInvocation
  static void stop() throws IOException {
    server.close();
    upstream.close();
  }

  @AfterEach
  void nothingIsLeft() {
    server.assertQuiet();
  }

  private static void serve(Script script) {
    upstream.serve(script);
    server.relay.reset(upstream.uri());
  }

  /** How far the upstream gets before it says no more, or streams until it is left alone. */
  enum Progress {
    NOTHING(call -> call.awaitClose()),
    HEAD(
        call -> {
          call.send(RawUpstream.STREAM_HEAD);
          call.awaitClose();
        }),
    THREE_EVENTS(
        call -> {
          call.send(RawUpstream.STREAM_HEAD);
          for (int i = 0; i < 3; i++) {
            call.chunk(RawUpstream.EVENT);
          }
          call.awaitClose();
        }),
    ENDLESS_EVENTS(
        call -> {
          call.send(RawUpstream.STREAM_HEAD);
          while (!call.closedWithin(Duration.ofMillis(5))) {
            call.chunk(RawUpstream.EVENT);
          }
        });

    private final Script script;

    Progress(Script script) {
      this.script = script;
    }

    /** Waits until the router has got what the upstream says. */
    void await(RawCaller caller) throws Exception {
      assertThat(upstream.awaitRequest(LONG)).isTrue();
      if (this == HEAD) {
        assertThat(Eventually.within(LONG, () -> server.relay.headSeen)).isTrue();
      } else if (this != NOTHING) {
        for (int i = 0; i < 3; i++) {
          assertThat(caller.readUntil("\n\n")).endsWith("\n\n");
        }
      }
    }
  }

  @ParameterizedTest
  @EnumSource
  void callerLeaves_byFin_upstreamIsClosedWithinASecond(Progress progress) throws Exception {
    callerLeaves(progress, RawCaller::close);
  }

  @ParameterizedTest
  @EnumSource
  void callerLeaves_byReset_upstreamIsClosedWithinASecond(Progress progress) throws Exception {
    callerLeaves(progress, RawCaller::reset);
  }

  private interface Leave {
    void by(RawCaller caller) throws IOException;
  }

  private static void callerLeaves(Progress progress, Leave leave) throws Exception {
    serve(progress.script);
    try (RawCaller caller = server.caller()) {
      caller.post("/relay/stream");
      progress.await(caller);
      leave.by(caller);
      assertThat(upstream.awaitClosed(ONE_SECOND)).as("upstream closed").isTrue();
      assertThat(server.ending().outcome()).isEqualTo(Outcome.CALLER_LEFT);
    }
  }

  @Test
  void callerLeaves_wholeAnswer_upstreamIsClosedWithinASecond() throws Exception {
    serve(Progress.NOTHING.script);
    try (RawCaller caller = server.caller()) {
      caller.post("/relay/whole");
      Progress.NOTHING.await(caller);
      caller.close();
      assertThat(upstream.awaitClosed(ONE_SECOND)).isTrue();
      assertThat(server.ending().outcome()).isEqualTo(Outcome.CALLER_LEFT);
    }
  }

  @Test
  void callerLeaves_whileTlsHandshakeStalls_connectionIsClosedWithinASecond() throws Exception {
    try (SilentServer silent = new SilentServer();
        RawCaller caller = server.caller()) {
      server.relay.reset(URI.create("https://localhost:" + silent.port() + "/"));
      caller.post("/relay/stream");
      assertThat(silent.awaitSpokenTo(LONG)).isTrue();
      caller.close();
      assertThat(silent.awaitClosed(ONE_SECOND)).isTrue();
      assertThat(server.ending().outcome()).isEqualTo(Outcome.CALLER_LEFT);
    }
  }

  private static void watchedFlood(RawUpstream.Call call) throws IOException {
    call.watch();
    flood(call);
  }

  private static void flood(RawUpstream.Call call) throws IOException {
    call.send(RawUpstream.STREAM_HEAD);
    byte[] piece = new byte[16 * 1024];
    for (int sent = 0; sent < FLOOD_BYTES; sent += piece.length) {
      call.chunk(piece);
    }
    call.lastChunk();
  }

  /** A caller who has read the head only, and an upstream that can send no more. */
  private static RawCaller blockedCaller() throws IOException {
    RawCaller caller = server.slowCaller();
    caller.post("/relay/stream");
    assertThat(caller.readUntil("\r\n\r\n")).startsWith("HTTP/1.1 200");
    assertThat(Eventually.within(LONG, new StandingStill())).as("the flow stopped").isTrue();
    return caller;
  }

  /** Whether the upstream has sent nothing for 300 ms. */
  private static final class StandingStill implements BooleanSupplier {

    private long bytes;
    private long since = System.nanoTime();

    @Override
    public boolean getAsBoolean() {
      if (bytes != upstream.bytesSent()) {
        bytes = upstream.bytesSent();
        since = System.nanoTime();
      }
      return System.nanoTime() - since > 300_000_000;
    }
  }

  @Test
  void write_callerLeavesWhileBlocked_upstreamIsClosedWithinASecond() throws Exception {
    serve(RequestPathTest::watchedFlood);
    try (RawCaller caller = blockedCaller()) {
      caller.reset();
      assertThat(upstream.awaitClosed(ONE_SECOND)).isTrue();
      assertThat(server.ending().outcome()).isEqualTo(Outcome.CALLER_LEFT);
    }
  }

  @Test
  void write_callerHalfClosesWhileBlocked_countsAsLeaving() throws Exception {
    serve(RequestPathTest::watchedFlood);
    try (RawCaller caller = blockedCaller()) {
      caller.halfClose();
      assertThat(upstream.awaitClosed(ONE_SECOND)).isTrue();
      assertThat(server.ending().outcome()).isEqualTo(Outcome.CALLER_LEFT);
    }
  }

  @Test
  void write_slowCaller_stopsUpstreamAndThenGetsEverything() throws Exception {
    serve(RequestPathTest::flood);
    try (RawCaller caller = blockedCaller()) {
      assertThat(upstream.bytesSent()).isLessThan(FLOOD_BYTES * 3L / 4);
      byte[] piece = new byte[64 * 1024];
      long received = 0;
      String tail = "";
      InputStream in = caller.in();
      for (int n; !tail.endsWith("0\r\n\r\n") && (n = in.read(piece)) > 0; ) {
        received += n;
        tail = (tail + new String(piece, Math.max(0, n - 5), Math.min(5, n), "ISO-8859-1"));
        tail = tail.substring(Math.max(0, tail.length() - 5));
      }
      assertThat(tail).isEqualTo("0\r\n\r\n");
      assertThat(received).isGreaterThan(FLOOD_BYTES);
      assertThat(server.ending().outcome()).isEqualTo(Outcome.ANSWERED);
    }
  }

  @Test
  void begin_noChunkYet_sendsNothing() throws Exception {
    CountDownLatch proceed = new CountDownLatch(1);
    serve(
        call -> {
          call.send(RawUpstream.STREAM_HEAD);
          proceed.await(5, TimeUnit.SECONDS);
          call.chunk(RawUpstream.EVENT);
          call.lastChunk();
        });
    try (RawCaller caller = server.caller()) {
      caller.post("/relay/stream");
      assertThat(Eventually.within(LONG, () -> server.relay.headSeen)).isTrue();
      assertThat(caller.isSilentFor(200)).isTrue();
      proceed.countDown();
      assertThat(caller.readUntil("0\r\n\r\n"))
          .startsWith("HTTP/1.1 200")
          .contains("text/event-stream", "data: {\"x\":1}");
    }
  }

  @Test
  void head_upstreamClosesBeforeIt_isNamedFailure() throws Exception {
    serve(RawUpstream.Call::finish);
    try (RawCaller caller = server.caller()) {
      caller.post("/relay/stream");
      assertThat(caller.readWhole())
          .startsWith("HTTP/1.1 502")
          .endsWith(
              "http://127.0.0.1:%d closed the connection before the head"
                  .formatted(upstream.port()));
      assertThat(server.ending().failure())
          .isInstanceOfSatisfying(
              UpstreamClosedException.class,
              closed -> {
                assertThat(closed.afterHead()).isFalse();
                assertThat(closed.requestSent()).isTrue();
              });
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void nextChunk_upstreamCutsTheStream_callerSeesTheCut(boolean reset) throws Exception {
    CountDownLatch received = new CountDownLatch(1);
    serve(
        call -> {
          call.send(RawUpstream.STREAM_HEAD);
          call.chunk(RawUpstream.EVENT);
          received.await(5, TimeUnit.SECONDS);
          if (reset) {
            call.reset();
          } else {
            call.finish();
          }
        });
    try (RawCaller caller = server.caller()) {
      caller.post("/relay/stream");
      assertThat(caller.readUntil("\n\n")).contains("data:");
      received.countDown();
      assertThat(caller.readUntil("0\r\n\r\n")).endsWith("<END>");
      assertThat(server.ending().failure())
          .isInstanceOfSatisfying(
              UpstreamClosedException.class, closed -> assertThat(closed.afterHead()).isTrue());
    }
  }

  @Test
  void head_deadlinePasses_closesUpstreamAndSaysSo() throws Exception {
    serve(Progress.NOTHING.script);
    server.relay.headDeadline = Duration.ofMillis(500);
    try (RawCaller caller = server.caller()) {
      caller.post("/relay/stream");
      assertThat(caller.readWhole()).startsWith("HTTP/1.1 502").contains("deadline passed");
      assertThat(upstream.awaitClosed(ONE_SECOND)).isTrue();
      assertThat(server.ending().failure())
          .isInstanceOfSatisfying(
              DeadlineExceededException.class,
              late -> assertThat(late.awaited()).isEqualTo(Awaited.HEAD));
    }
  }

  @Test
  void nextChunk_deadlinePasses_closesUpstreamAndCutsTheAnswer() throws Exception {
    serve(Progress.THREE_EVENTS.script);
    server.relay.chunkDeadline = Duration.ofMillis(500);
    try (RawCaller caller = server.caller()) {
      caller.post("/relay/stream");
      assertThat(caller.readUntil("0\r\n\r\n")).contains("data:").endsWith("<END>");
      assertThat(upstream.awaitClosed(ONE_SECOND)).isTrue();
      assertThat(server.ending().failure())
          .isInstanceOfSatisfying(
              DeadlineExceededException.class,
              late -> assertThat(late.awaited()).isEqualTo(Awaited.CHUNK));
    }
  }

  @Test
  void open_manyRequestsOfOneCaller_shareOneConnection() throws Exception {
    serve(call -> call.whole("{}"));
    try (RawCaller caller = server.caller()) {
      for (int i = 0; i < 100; i++) {
        caller.post("/relay/whole");
        assertThat(caller.readWhole()).startsWith("HTTP/1.1 200").endsWith("{}");
      }
    }
    assertThat(upstream.requests()).isEqualTo(100);
    assertThat(upstream.connections()).isLessThanOrEqualTo(1);
  }

  @Test
  void open_upstreamClosedTheIdleConnection_makesANewOne() throws Exception {
    closeIdleConnections();
    long retries = server.upstream.staleRetries();
    serve(call -> call.whole("{}"));
    try (RawCaller caller = server.caller()) {
      caller.post("/relay/whole");
      assertThat(caller.readWhole()).startsWith("HTTP/1.1 200");
    }
    assertThat(upstream.connections()).isEqualTo(1);
    assertThat(server.upstream.staleRetries()).isEqualTo(retries);
  }

  /** Lets the upstream close what is idle, on every loop. */
  private static void closeIdleConnections() throws Exception {
    serve(
        call -> {
          call.whole("{}");
          call.finish();
        });
    assertThat(
            Eventually.within(
                LONG,
                () -> {
                  try (RawCaller caller = server.caller()) {
                    caller.post("/relay/whole");
                    assertThat(caller.readWhole()).startsWith("HTTP/1.1 200");
                  } catch (IOException e) {
                    throw new UncheckedIOException(e);
                  }
                  return Eventually.within(
                      Duration.ofMillis(200), () -> server.upstream.openConnections() == 0);
                }))
        .isTrue();
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void open_reusedConnectionDiesWithoutAByte_isSentOnceMore(boolean reset) throws Exception {
    closeIdleConnections();
    long retries = server.upstream.staleRetries();
    serve(
        call -> {
          if (call.number() == 1) {
            call.whole("{}");
          } else if (reset) {
            call.reset();
          } else {
            call.finish();
          }
        });
    try (RawCaller caller = server.caller()) {
      for (int i = 0; i < 6; i++) {
        caller.post("/relay/whole");
        assertThat(caller.readWhole()).startsWith("HTTP/1.1 200");
      }
    }
    assertThat(server.upstream.staleRetries() - retries).isEqualTo(5);
    assertThat(upstream.connections()).isEqualTo(6);
  }

  @Test
  void open_reusedConnectionDiesAfterAByte_isNotSentAgain() throws Exception {
    closeIdleConnections();
    serve(
        call -> {
          if (call.number() == 1) {
            call.whole("{}");
          } else {
            call.send("H");
            call.finish();
          }
        });
    try (RawCaller caller = server.caller()) {
      caller.post("/relay/whole");
      assertThat(caller.readWhole()).startsWith("HTTP/1.1 200");
      caller.post("/relay/whole");
      assertThat(caller.readWhole()).startsWith("HTTP/1.1 502");
    }
    assertThat(upstream.requests()).isEqualTo(2);
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void shield_callerLeaves_threadIsNotInterrupted(boolean early) throws Exception {
    server.relay.reset(upstream.uri());
    try (RawCaller caller = server.caller()) {
      caller.get("/relay/shielded/" + early);
      assertThat(Eventually.within(LONG, () -> server.relay.headSeen)).isTrue();
      caller.close();
      assertThat(server.ending().outcome()).isEqualTo(Outcome.ANSWERED);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"throws", "returns"})
  void start_workGivesNoAnswer_is500(String way) throws Exception {
    try (RawCaller caller = server.caller()) {
      caller.get("/relay/wrong/" + way);
      assertThat(caller.readUntil("\r\n\r\n")).startsWith("HTTP/1.1 500");
    }
  }

  @Test
  void start_workStopsMidway_cutsTheAnswer() throws Exception {
    try (RawCaller caller = server.caller()) {
      caller.get("/relay/wrong/stops-midway");
      assertThat(caller.readUntil("0\r\n\r\n")).contains("x\n\n").endsWith("<END>");
    }
  }

  @Test
  void full_statusUnknownToTheServer_isSentAsItIs() throws Exception {
    try (RawCaller caller = server.caller()) {
      caller.get("/relay/wrong/overloaded");
      assertThat(caller.readWhole()).startsWith("HTTP/1.1 529").endsWith("o");
    }
  }

  @Test
  void full_headersAndLength_arrive() throws Exception {
    serve(call -> call.whole("{\"a\":1}"));
    try (RawCaller caller = server.caller()) {
      caller.post("/relay/whole");
      assertThat(caller.readWhole().toLowerCase(Locale.ROOT))
          .contains("x-relayed: yes", "content-length: 7")
          .endsWith("{\"a\":1}");
    }
  }
}
