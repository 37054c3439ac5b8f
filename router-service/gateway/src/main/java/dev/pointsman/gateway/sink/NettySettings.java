package dev.pointsman.gateway.sink;

import io.netty.channel.epoll.Epoll;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The server properties that both ends of the request path rely on; the server and every test that
 * starts one take them from here.
 */
public final class NettySettings {

  /** The largest body of a request, in bytes: 100 MB. */
  public static final long MOST_BODY_BYTES = 100_000_000;

  private NettySettings() {}

  /**
   * Micronaut properties for the event loops and the HTTP server.
   *
   * @param carrier whether virtual threads are carried by the event loops, which spares a hop
   *     between threads per request and per chunk; needs {@code
   *     --add-opens=java.base/java.lang=ALL-UNNAMED}. Nothing may then block natively or compute
   *     for long on a request thread.
   */
  public static Map<String, Object> properties(boolean carrier) {
    // Both groups, or the server's start fails with an incompatible event loop type.
    List<String> transport = List.of(Epoll.isAvailable() ? "epoll" : "nio");
    Map<String, Object> properties = new HashMap<>();
    properties.put("micronaut.netty.event-loops.default.transport", transport);
    properties.put("micronaut.netty.event-loops.parent.transport", transport);
    properties.put("micronaut.netty.event-loops.parent.num-threads", 1);
    properties.put("micronaut.netty.event-loops.default.loom-carrier", carrier);
    // Where a body is taken whole the second one decides, which is 10 MiB unless it is said.
    properties.put("micronaut.server.max-request-size", MOST_BODY_BYTES);
    properties.put("micronaut.server.max-request-buffer-size", MOST_BODY_BYTES);
    // A channel per HTTP/2 stream, so that one close future means one caller left.
    properties.put("micronaut.server.netty.legacy-multiplex-handlers", true);
    return properties;
  }
}
