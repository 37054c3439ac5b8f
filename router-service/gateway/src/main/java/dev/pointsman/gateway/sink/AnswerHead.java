package dev.pointsman.gateway.sink;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Status line and headers of an answer.
 *
 * @param status the HTTP status, 200 to 599; codes unknown to the JDK or the server (529) are fine
 * @param contentType the media type, for example {@code text/event-stream}
 * @param headers further headers in order, without content type, length or transfer encoding;
 *     handed over, not copied. The names are the router's own, never a caller's or an upstream's
 */
public record AnswerHead(int status, String contentType, Map<String, String> headers) {

  public AnswerHead {
    if (status < 200 || status > 599) {
      throw new IllegalArgumentException(
          "status of an answer must be 200 to 599: %d".formatted(status));
    }
    headers = Collections.unmodifiableMap(headers);
  }

  /** A head without further headers. */
  public AnswerHead(int status, String contentType) {
    this(status, contentType, Map.of());
  }

  /** This head with one more header; a header of the same spelling is replaced. */
  public AnswerHead with(String name, String value) {
    Map<String, String> more = new LinkedHashMap<>(headers);
    more.put(name, value);
    return new AnswerHead(status, contentType, more);
  }
}
