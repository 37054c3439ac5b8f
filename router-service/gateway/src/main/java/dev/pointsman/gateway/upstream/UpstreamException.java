package dev.pointsman.gateway.upstream;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * An exchange with an upstream that failed below HTTP's status codes. Messages name the upstream
 * and the fault, never a header, a path or a body.
 */
public abstract sealed class UpstreamException extends IOException
    permits ConnectFailedException,
        TlsFailedException,
        UpstreamClosedException,
        DeadlineExceededException,
        MalformedResponseException {

  private static final long serialVersionUID = 1L;

  private final boolean requestSent;

  UpstreamException(String message, boolean requestSent, @Nullable Throwable cause) {
    super(message, cause);
    this.requestSent = requestSent;
  }

  /**
   * Whether a part of the request may have reached the upstream. If not, sending it again cannot
   * cost anything twice.
   */
  public boolean requestSent() {
    return requestSent;
  }
}
