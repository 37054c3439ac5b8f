package dev.pointsman.gateway.sink;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pointsman.gateway.testing.PathGauges;
import dev.pointsman.gateway.testing.RawCaller;
import dev.pointsman.gateway.testing.RawUpstream;
import dev.pointsman.gateway.upstream.UpstreamGauges;
import io.micronaut.context.ApplicationContext;
import io.micronaut.runtime.server.EmbeddedServer;
import java.io.IOException;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** A server with the relay's routes on a free port of the loopback interface, and its gauges. */
final class RelayServer implements AutoCloseable {

  static final String ENABLED = "relay.enabled";

  private final EmbeddedServer server;
  final Relay relay;
  final Answers answers;
  final UpstreamGauges upstream;

  RelayServer(boolean carrier, Map<String, Object> more) {
    Map<String, Object> properties = new HashMap<>(NettySettings.properties(carrier));
    properties.put("micronaut.netty.event-loops.default.num-threads", 2);
    properties.put("micronaut.server.host", "127.0.0.1");
    properties.put("micronaut.server.port", -1);
    properties.put(ENABLED, true);
    properties.putAll(more);
    server = ApplicationContext.run(EmbeddedServer.class, properties);
    relay = server.getApplicationContext().getBean(Relay.class);
    answers = server.getApplicationContext().getBean(Answers.class);
    upstream = server.getApplicationContext().getBean(UpstreamGauges.class);
  }

  int port() {
    return server.getPort();
  }

  RawCaller caller() throws IOException {
    return new RawCaller(port(), 0);
  }

  /** A caller whose kernel takes few bytes, so that it is soon slow. */
  RawCaller slowCaller() throws IOException {
    return new RawCaller(port(), 64 * 1024);
  }

  /** Answers a few requests on every loop, so that no bound is spent on loading classes. */
  void warmUp(RawUpstream raw, String host) throws IOException {
    raw.serve(
        call -> {
          call.send(RawUpstream.STREAM_HEAD);
          call.chunk(RawUpstream.EVENT);
          call.lastChunk();
        });
    relay.reset(raw.uri(host));
    for (int i = 0; i < 8; i++) {
      try (RawCaller caller = caller()) {
        caller.waitAtMost(Duration.ofSeconds(30));
        caller.post("/relay/stream");
        assertThat(caller.readUntil("0\r\n\r\n")).contains("200 OK");
      }
    }
  }

  Relay.Ending ending() throws InterruptedException {
    Relay.Ending ending = relay.endings.poll(5, TimeUnit.SECONDS);
    assertThat(ending).as("the request thread ended").isNotNull();
    return ending;
  }

  void assertQuiet() {
    PathGauges.of(server.getApplicationContext()).assertQuietWithin(Duration.ofSeconds(1));
  }

  @Override
  public void close() {
    server.stop();
    server.getApplicationContext().close();
  }
}
