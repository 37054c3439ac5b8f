package dev.pointsman.gateway.upstream;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pointsman.gateway.sink.NettySettings;
import dev.pointsman.gateway.testing.Eventually;
import io.micronaut.context.ApplicationContext;
import java.io.ByteArrayOutputStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;

/** The beans of this package without a server; exchanges are taken by the test's own thread. */
final class UpstreamContext implements AutoCloseable {

  private final ApplicationContext context;
  final Upstreams upstreams;
  final UpstreamGauges gauges;

  UpstreamContext(boolean carrier, Map<String, Object> more) {
    Map<String, Object> properties = new HashMap<>(NettySettings.properties(carrier));
    // One loop, so that one exchange after the other meets the same pool.
    properties.put("micronaut.netty.event-loops.default.num-threads", 1);
    properties.putAll(more);
    context = ApplicationContext.run(properties);
    upstreams = context.getBean(Upstreams.class);
    gauges = context.getBean(UpstreamGauges.class);
  }

  UpstreamExchange get(URI address) {
    return upstreams.open(UpstreamRequest.get(address, Map.of("authorization", "Bearer secret")));
  }

  /** The whole body of a GET, read within five seconds. */
  String body(URI address) throws UpstreamException, InterruptedException {
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

  void assertQuiet() {
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

  static long in(Duration duration) {
    return System.nanoTime() + duration.toNanos();
  }

  @Override
  public void close() {
    context.close();
  }
}
