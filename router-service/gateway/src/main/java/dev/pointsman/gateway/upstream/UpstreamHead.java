package dev.pointsman.gateway.upstream;

import io.netty.handler.codec.http.DefaultHttpHeaders;
import io.netty.handler.codec.http.HttpHeaders;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Status and headers of an upstream's response. */
public final class UpstreamHead {

  private final int status;

  /** As they came: an upstream sends dozens, and of an ordinary answer one is looked at. */
  private final HttpHeaders headers;

  UpstreamHead(int status, HttpHeaders headers) {
    this.status = status;
    this.headers = headers;
  }

  /** Of a status and headers by their names. */
  public UpstreamHead(int status, Map<String, String> headers) {
    this(status, new DefaultHttpHeaders());
    headers.forEach(this.headers::add);
  }

  /** The HTTP status; informational ones (1xx) are skipped. */
  public int status() {
    return status;
  }

  /** The value of a header by its name in any case, null if absent; repeated ones are joined. */
  public @Nullable String header(String name) {
    List<String> values = headers.getAll(name);
    return values.isEmpty() ? null : String.join(", ", values);
  }
}
