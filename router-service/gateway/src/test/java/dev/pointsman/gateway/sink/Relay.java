package dev.pointsman.gateway.sink;

import dev.pointsman.gateway.upstream.UpstreamException;
import dev.pointsman.gateway.upstream.UpstreamExchange;
import dev.pointsman.gateway.upstream.UpstreamHead;
import dev.pointsman.gateway.upstream.UpstreamRequest;
import dev.pointsman.gateway.upstream.Upstreams;
import io.micronaut.context.annotation.Requires;
import jakarta.inject.Singleton;
import java.io.ByteArrayOutputStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import org.jspecify.annotations.Nullable;

/** The smallest pipeline between the two ends: passes bytes on and remembers how it went. */
@Singleton
@Requires(property = RelayServer.ENABLED)
final class Relay {

  enum Outcome {
    ANSWERED,
    CALLER_LEFT,
    FAILED
  }

  /** How one request went; the failure only if it failed. */
  record Ending(Outcome outcome, @Nullable UpstreamException failure) {}

  private static final Duration LONG = Duration.ofSeconds(20);

  final BlockingQueue<Ending> endings = new LinkedBlockingQueue<>();
  private final Upstreams upstreams;
  volatile URI target = URI.create("http://127.0.0.1:1/");
  volatile Duration headDeadline = LONG;
  volatile Duration chunkDeadline = LONG;
  volatile boolean headSeen;

  Relay(Upstreams upstreams) {
    this.upstreams = upstreams;
  }

  void reset(URI next) {
    endings.clear();
    target = next;
    headDeadline = LONG;
    chunkDeadline = LONG;
    headSeen = false;
  }

  void relay(byte[] body, boolean streamed, AnswerSink sink) {
    boolean begun = false;
    Ending ending;
    try (UpstreamExchange exchange =
        upstreams.open(
            UpstreamRequest.post(target, Map.of("content-type", "application/json"), body))) {
      UpstreamHead head = exchange.head(after(headDeadline));
      headSeen = true;
      AnswerHead answer = new AnswerHead(head.status(), "text/event-stream");
      byte[] chunk = exchange.nextChunk(after(chunkDeadline));
      if (streamed && chunk.length > 0) {
        begun = true;
        sink.begin(answer);
        for (; chunk.length > 0; chunk = exchange.nextChunk(after(chunkDeadline))) {
          sink.write(chunk);
        }
        sink.end();
      } else {
        ByteArrayOutputStream whole = new ByteArrayOutputStream();
        for (; chunk.length > 0; chunk = exchange.nextChunk(after(chunkDeadline))) {
          whole.writeBytes(chunk);
        }
        sink.full(answer.with("x-relayed", "yes"), whole.toByteArray());
      }
      ending = new Ending(Outcome.ANSWERED, null);
    } catch (CallerLeftException | InterruptedException left) {
      sink.fail(left);
      ending = new Ending(Outcome.CALLER_LEFT, null);
    } catch (UpstreamException failure) {
      if (begun) {
        sink.fail(failure);
      } else {
        sink.full(
            new AnswerHead(502, "text/plain"),
            failure.getMessage().getBytes(StandardCharsets.UTF_8));
      }
      ending = new Ending(Outcome.FAILED, failure);
    }
    endings.add(ending);
  }

  private static long after(Duration duration) {
    return System.nanoTime() + duration.toNanos();
  }
}
