package dev.pointsman.gateway.testing;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pointsman.gateway.sink.NettySettings;
import dev.pointsman.gateway.upstream.UpstreamException;
import dev.pointsman.gateway.upstream.UpstreamExchange;
import dev.pointsman.gateway.upstream.UpstreamGauges;
import dev.pointsman.gateway.upstream.UpstreamRequest;
import dev.pointsman.gateway.upstream.Upstreams;
import io.micronaut.context.ApplicationContext;
import java.io.ByteArrayOutputStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;

/** The upstream end without a server; exchanges are taken by the test's own thread. */
public final class UpstreamContext implements AutoCloseable {

  private final ApplicationContext context;
  private final Upstreams upstreams;
  private final UpstreamGauges gauges;

  /**
   * Starts its event loops.
   *
   * @param carrier whether virtual threads are carried by the event loops
   * @param more further Micronaut properties
   */
  public UpstreamContext(boolean carrier, Map<String, Object> more) {
    Map<String, Object> properties = new HashMap<>(NettySettings.properties(carrier));
    // One loop, so that one exchange after the other meets the same pool.
    properties.put("micronaut.netty.event-loops.default.num-threads", 1);
    properties.putAll(more);
    context = ApplicationContext.run(properties);
    upstreams = context.getBean(Upstreams.class);
    gauges = context.getBean(UpstreamGauges.class);
  }

  public Upstreams upstreams() {
    return upstreams;
  }

  public UpstreamGauges gauges() {
    return gauges;
  }

  public UpstreamExchange get(URI address) {
    return upstreams.open(UpstreamRequest.get(address, Map.of("authorization", "Bearer secret")));
  }

  /** The whole body of a GET, read within five seconds. */
  public String body(URI address) throws UpstreamException, InterruptedException {
    try (UpstreamExchange exchange = get(address)) {
      long deadline = in(Duration.ofSeconds(5));
      exchange.head(deadline);
      ByteArrayOutputStream body = new ByteArrayOutputStream();
      byte[] chunk;
      while ((chunk = exchange.nextChunk(deadline)).length > 0) {
        body.writeBytes(chunk);
      }
      return body.toString(StandardCharsets.ISO_8859_1);
    }
  }

  /** Nothing of any exchange is left within a second, but idle connections. */
  public void assertQuiet() {
    assertThat(
            Eventually.within(
                Duration.ofSeconds(1),
                () ->
                    gauges.liveExchanges() == 0
                        && gauges.openConnections() == gauges.idleConnections()))
        .as(
            "live exchanges %d, connections %d of which idle %d",
            gauges.liveExchanges(), gauges.openConnections(), gauges.idleConnections())
        .isTrue();
  }

  /** The deadline so far from now. */
  public static long in(Duration duration) {
    return System.nanoTime() + duration.toNanos();
  }

  @Override
  public void close() {
    context.close();
  }
}
