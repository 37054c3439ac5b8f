package dev.pointsman.gateway.upstream;

import java.util.Collections;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Status and headers of an upstream's response.
 *
 * @param status the HTTP status; informational ones (1xx) are skipped
 * @param headers values by lower-case name; repeated headers are joined with {@code ", "};
 *     handed over, not copied
 */
public record UpstreamHead(int status, Map<String, String> headers) {

  public UpstreamHead {
    headers = Collections.unmodifiableMap(headers);
  }

  /** The value of a header by its name in any case, null if absent. */
  public @Nullable String header(String name) {
    return headers.get(name.toLowerCase(Locale.ROOT));
  }
}
