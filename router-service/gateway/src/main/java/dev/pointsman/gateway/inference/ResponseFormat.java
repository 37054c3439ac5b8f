package dev.pointsman.gateway.inference;

import com.fasterxml.jackson.databind.JsonNode;

/** The shape in which a model is to answer. */
public sealed interface ResponseFormat {

  /** As it likes. */
  record Text() implements ResponseFormat {}

  /** Some JSON object. */
  record JsonObject() implements ResponseFormat {}

  /**
   * JSON that satisfies a schema.
   *
   * @param name a name for the provider, {@code [A-Za-z0-9_-]+}
   */
  record JsonBySchema(String name, JsonNode schema, boolean strict) implements ResponseFormat {}
}
