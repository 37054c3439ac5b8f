package dev.pointsman.gateway.upstream;

import java.net.URI;

/**
 * The server an exchange talks to; connections are shared by exchanges with equal targets.
 *
 * @param tls whether the connection is encrypted and the host name verified
 * @param host a host name or an IP address, an IPv6 address without brackets
 * @param port 1 to 65535
 */
public record UpstreamTarget(boolean tls, String host, int port) {

  public UpstreamTarget {
    if (host.isBlank()) {
      throw new IllegalArgumentException("host of an upstream is blank");
    }
    if (port < 1 || port > 65535) {
      throw new IllegalArgumentException(
          "port of upstream %s must be 1 to 65535: %d".formatted(host, port));
    }
  }

  /**
   * The target of an {@code http} or {@code https} address; path and query are ignored.
   *
   * @throws IllegalArgumentException if the scheme is another one, the host is missing, or the
   *     address carries credentials
   */
  public static UpstreamTarget of(URI address) {
    String scheme = address.getScheme();
    boolean tls = "https".equalsIgnoreCase(scheme);
    if (!tls && !"http".equalsIgnoreCase(scheme)) {
      throw new IllegalArgumentException(
          "address of an upstream must start with http:// or https://");
    }
    if (address.getRawUserInfo() != null) {
      throw new IllegalArgumentException(
          "address of upstream %s carries credentials: put them into a header"
              .formatted(address.getHost()));
    }
    String host = address.getHost();
    if (host == null) {
      throw new IllegalArgumentException("address of an upstream has no host");
    }
    if (host.startsWith("[")) {
      host = host.substring(1, host.length() - 1);
    }
    int port = address.getPort();
    return new UpstreamTarget(tls, host, port >= 0 ? port : tls ? 443 : 80);
  }

  /** The value of the Host header: without the port if it is the scheme's own. */
  String authority() {
    String name = host.indexOf(':') >= 0 ? "[" + host + "]" : host;
    return port == (tls ? 443 : 80) ? name : name + ":" + port;
  }

  /** The address, for example {@code https://api.example.com}. */
  @Override
  public String toString() {
    return (tls ? "https://" : "http://") + authority();
  }
}
