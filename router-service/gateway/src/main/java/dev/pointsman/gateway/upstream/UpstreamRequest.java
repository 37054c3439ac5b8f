package dev.pointsman.gateway.upstream;

import java.net.URI;
import java.util.Collections;
import java.util.Map;

/**
 * One request to an upstream. Headers carry keys and the body carries prompts, so {@link #toString}
 * prints neither.
 *
 * @param target the server
 * @param method {@code POST}, {@code GET}, …
 * @param path the path with its query, for example {@code /v1/chat/completions}
 * @param headers headers in order; Host, Content-Length and Connection are set by the exchange and
 *     must not be among them; handed over, not copied
 * @param body the bytes to send, empty for none; handed over, not copied
 */
@SuppressWarnings("ArrayRecordComponent") // Requests are sent, never compared.
public record UpstreamRequest(
    UpstreamTarget target, String method, String path, Map<String, String> headers, byte[] body) {

  public UpstreamRequest {
    if (!path.startsWith("/")) {
      throw new IllegalArgumentException("path to upstream %s must start with /".formatted(target));
    }
    headers = Collections.unmodifiableMap(headers);
  }

  /** A POST of a body to an address with path and query. */
  public static UpstreamRequest post(URI address, Map<String, String> headers, byte[] body) {
    return new UpstreamRequest(UpstreamTarget.of(address), "POST", pathOf(address), headers, body);
  }

  /** A GET of an address with path and query. */
  public static UpstreamRequest get(URI address, Map<String, String> headers) {
    return new UpstreamRequest(
        UpstreamTarget.of(address), "GET", pathOf(address), headers, new byte[0]);
  }

  /** The path of an address with its query. */
  public static String pathOf(URI address) {
    String path = address.getRawPath();
    String query = address.getRawQuery();
    return (path == null || path.isEmpty() ? "/" : path) + (query == null ? "" : "?" + query);
  }

  @Override
  public String toString() {
    return "%s %s, %d bytes".formatted(method, target, body.length);
  }
}
