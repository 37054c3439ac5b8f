package dev.pointsman.gateway.upstream;

/** No connection: the name is unknown, the port refuses, or nobody answers in time. */
public final class ConnectFailedException extends UpstreamException {

  private static final long serialVersionUID = 1L;

  ConnectFailedException(UpstreamTarget target, String reason, Throwable cause) {
    super("cannot connect to %s: %s".formatted(target, reason), false, cause);
  }
}
