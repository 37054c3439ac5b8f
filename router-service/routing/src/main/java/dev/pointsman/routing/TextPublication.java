package dev.pointsman.routing;

import java.time.Instant;

/**
 * One text model of a function as it is published: appended to the log before a {@link
 * PolicyRevision} names it, and kept.
 *
 * @param functionName the function
 * @param model its id, made of its bytes: equal models have equal ids
 * @param publishedAt when
 * @param provenance where it came from, as a JSON object: log cut, rows, settings, seed
 * @param body its bytes in base64, see {@link dev.pointsman.routing.features.TextQuality}
 */
public record TextPublication(
    String functionName, String model, Instant publishedAt, String provenance, String body) {

  @Override
  public String toString() {
    return "TextPublication[%s of %s, %d characters]".formatted(model, functionName, body.length());
  }
}
