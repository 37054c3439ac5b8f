package dev.pointsman.gateway.upstream;

/**
 * No encrypted connection: the certificate is not trusted or is for another host, the two sides
 * have no protocol in common, or the handshake did not finish in time.
 */
public final class TlsFailedException extends UpstreamException {

  private static final long serialVersionUID = 1L;

  TlsFailedException(UpstreamTarget target, String reason, Throwable cause) {
    super("no secure connection to %s: %s".formatted(target, reason), false, cause);
  }
}
