package dev.pointsman.gateway.sink;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pointsman.gateway.sink.Relay.Outcome;
import dev.pointsman.gateway.testing.RawCaller;
import dev.pointsman.gateway.testing.RawUpstream;
import dev.pointsman.gateway.testing.TestCertificates;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.SplittableRandom;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicIntegerArray;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Many callers at once, some leaving, over TLS to an upstream that is not always kind. The build
 * runs a thousand requests in each mode; the long run is
 *
 * <pre>{@code
 * mvn -pl router-service/gateway -am test -Dtest=RequestPathSoakTest -Dsurefire.failIfNoSpecifiedTests=false \
 *     -Dsoak.requests=1000000 -Dsoak.minutes=30
 * }</pre>
 *
 * It ends after that many requests or minutes, whichever comes first, and prints its counts.
 */
final class RequestPathSoakTest {

  private static final int REQUESTS = Integer.getInteger("soak.requests", 1_000);
  private static final Duration LONGEST = Duration.ofMinutes(Integer.getInteger("soak.minutes", 1));
  private static final int CALLERS = Integer.getInteger("soak.callers", 16);
  private static final int EVENTS = 10;
  private static final int FAULTS_KEPT = 20;

  @TempDir private static Path directory;

  /** What upstream and caller do in one request, with its share in a thousand. */
  private enum Plan {
    WHOLE(600),
    STREAM(200),
    /** The upstream closes a reused connection instead of answering. */
    STALE(40),
    /** The upstream cuts the stream. */
    CUT(30),
    /** The caller leaves an upstream that says nothing. */
    LEAVE_SILENT(60),
    /** The caller leaves an endless stream after some events. */
    LEAVE_STREAM(70);

    private final int share;

    Plan(int share) {
      this.share = share;
    }

    static Plan draw(SplittableRandom random) {
      int left = random.nextInt(1000);
      for (Plan plan : values()) {
        left -= plan.share;
        if (left < 0) {
          return plan;
        }
      }
      throw new IllegalStateException("shares do not sum to 1000");
    }
  }

  private static void answer(RawUpstream.Call call) throws IOException, InterruptedException {
    switch (Plan.valueOf(new String(call.body(), StandardCharsets.US_ASCII))) {
      case WHOLE -> call.whole("{\"ok\":true}");
      case STALE -> {
        if (call.number() > 1) {
          call.finish();
        } else {
          call.whole("{\"ok\":true}");
        }
      }
      case STREAM -> {
        call.send(RawUpstream.STREAM_HEAD);
        for (int i = 0; i < EVENTS; i++) {
          call.chunk(RawUpstream.EVENT);
        }
        call.lastChunk();
      }
      case CUT -> {
        call.send(RawUpstream.STREAM_HEAD);
        call.chunk(RawUpstream.EVENT);
        call.finish();
      }
      case LEAVE_SILENT -> call.awaitClose();
      case LEAVE_STREAM -> {
        call.send(RawUpstream.STREAM_HEAD);
        while (!call.closedWithin(Duration.ofMillis(2))) {
          call.chunk(RawUpstream.EVENT);
        }
        call.finish();
      }
    }
  }

  /** One caller's connection, renewed when it is used up. */
  private static final class Caller implements AutoCloseable {

    private final RelayServer server;
    private final SplittableRandom random;
    private RawCaller raw;

    Caller(RelayServer server, SplittableRandom random) throws IOException {
      this.server = server;
      this.random = random;
      this.raw = connect();
    }

    /** Patient, because a starved machine is slow and not broken. */
    private RawCaller connect() throws IOException {
      RawCaller fresh = server.caller();
      fresh.waitAtMost(Duration.ofSeconds(30));
      return fresh;
    }

    /** Plays one request; what it got instead of what it should, or an empty text. */
    String play(Plan plan) throws IOException {
      raw.post(
          plan == Plan.WHOLE || plan == Plan.STALE ? "/relay/whole" : "/relay/stream", plan.name());
      switch (plan) {
        case WHOLE, STALE -> {
          String got = raw.readWhole();
          return got.startsWith("HTTP/1.1 200") && got.endsWith("{\"ok\":true}") ? "" : got;
        }
        case STREAM -> {
          String got = raw.readUntil("0\r\n\r\n");
          return got.split("data: ", -1).length == EVENTS + 1 && !got.endsWith("<END>") ? "" : got;
        }
        case CUT -> {
          String got = raw.readUntil("0\r\n\r\n");
          renew();
          return got.endsWith("<END>") ? "" : got;
        }
        case LEAVE_SILENT -> {
          leave();
          return "";
        }
        case LEAVE_STREAM -> {
          String got = "";
          for (int events = random.nextInt(3); events >= 0; events--) {
            got = raw.readUntil("\n\n");
          }
          leave();
          return got.endsWith("\n\n") ? "" : got;
        }
      }
      throw new IllegalStateException(plan.name());
    }

    private void leave() throws IOException {
      if (random.nextBoolean()) {
        raw.reset();
      }
      renew();
    }

    private void renew() throws IOException {
      raw.close();
      raw = connect();
    }

    @Override
    public void close() throws IOException {
      raw.close();
    }
  }

  @ParameterizedTest(name = "carrier {0}")
  @ValueSource(booleans = {false, true})
  void requestPath_manyRequestsWithLeavingCallers_leavesNothing(boolean carrier) throws Exception {
    TestCertificates certificate =
        new TestCertificates(directory, "soak" + carrier, "dns:localhost");
    AtomicInteger started = new AtomicInteger();
    AtomicInteger finished = new AtomicInteger();
    AtomicIntegerArray byPlan = new AtomicIntegerArray(Plan.values().length);
    AtomicInteger faults = new AtomicInteger();
    Queue<String> faultTexts = new ConcurrentLinkedQueue<>();
    Map<Outcome, Integer> outcomes = new EnumMap<>(Outcome.class);
    try (RawUpstream upstream = new RawUpstream(certificate.server());
        RelayServer server =
            new RelayServer(
                carrier,
                Map.of("pointsman.upstream.trusted-certificates", certificate.pem().toString()))) {
      server.warmUp(upstream, "localhost");
      upstream.serve(RequestPathSoakTest::answer);
      server.relay.reset(upstream.uri("localhost"));
      long begun = System.nanoTime();
      List<Thread> callers = new ArrayList<>();
      for (int i = 0; i < CALLERS; i++) {
        SplittableRandom random = new SplittableRandom(i);
        callers.add(
            Thread.ofVirtual()
                .start(
                    () -> {
                      try (Caller caller = new Caller(server, random)) {
                        while (started.incrementAndGet() <= REQUESTS
                            && System.nanoTime() - begun < LONGEST.toNanos()) {
                          Plan plan = Plan.draw(random);
                          String fault = caller.play(plan);
                          byPlan.incrementAndGet(plan.ordinal());
                          finished.incrementAndGet();
                          if (!fault.isEmpty()) {
                            faults.incrementAndGet();
                            if (faultTexts.size() < FAULTS_KEPT) {
                              faultTexts.add(
                                  "%s after %d ms: %s"
                                      .formatted(
                                          plan, (System.nanoTime() - begun) / 1_000_000, fault));
                            }
                            caller.renew();
                          }
                        }
                      } catch (IOException e) {
                        faults.incrementAndGet();
                        faultTexts.add(e.toString());
                      }
                    }));
      }
      while (callers.stream().anyMatch(Thread::isAlive) || !server.relay.endings.isEmpty()) {
        Relay.Ending ending = server.relay.endings.poll(50, TimeUnit.MILLISECONDS);
        if (ending != null) {
          outcomes.merge(ending.outcome(), 1, Integer::sum);
        }
      }
      server.assertQuiet();
      double seconds = (System.nanoTime() - begun) / 1e9;
      System.out.printf(
          "soak, carrier %s: %d requests in %.1f s (%.0f/s), by plan %s, outcomes %s, faults %d;"
              + " upstream connections %d, stale retries %d; at the end running %d, sinks %d,"
              + " exchanges %d, connections %d of which idle %d%n",
          carrier,
          finished.get(),
          seconds,
          finished.get() / seconds,
          byPlan,
          outcomes,
          faults.get(),
          upstream.connections(),
          server.upstream.staleRetries(),
          server.answers.runningRequests(),
          server.answers.openSinks(),
          server.upstream.liveExchanges(),
          server.upstream.openConnections(),
          server.upstream.idleConnections());
      assertThat(faultTexts).isEmpty();
      assertThat(finished.get()).isPositive();
    }
  }
}
