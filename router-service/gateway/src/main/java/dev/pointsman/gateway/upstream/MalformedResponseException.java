package dev.pointsman.gateway.upstream;

/** The upstream sent bytes that are not an HTTP/1.1 response, or a head above the limits. */
public final class MalformedResponseException extends UpstreamException {

  private static final long serialVersionUID = 1L;

  MalformedResponseException(UpstreamTarget target, String reason) {
    super("malformed response from %s: %s".formatted(target, reason), true, null);
  }
}
