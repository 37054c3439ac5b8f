package dev.pointsman.gateway.upstream;

import org.jspecify.annotations.Nullable;

/** The upstream closed or reset the connection before its response was complete. */
public final class UpstreamClosedException extends UpstreamException {

  private static final long serialVersionUID = 1L;

  private final boolean afterHead;

  UpstreamClosedException(UpstreamTarget target, boolean afterHead, @Nullable Throwable cause) {
    super(
        "%s closed the connection %s"
            .formatted(target, afterHead ? "before the body was complete" : "before the head"),
        true,
        cause);
    this.afterHead = afterHead;
  }

  /** Whether status and headers had come, so that it is the body that was cut. */
  public boolean afterHead() {
    return afterHead;
  }
}
