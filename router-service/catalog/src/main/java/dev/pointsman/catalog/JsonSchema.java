package dev.pointsman.catalog;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;

/** A JSON schema, compiled at load. */
public final class JsonSchema {

  private final JsonNode source;

  JsonSchema(JsonNode source) {
    this.source = source;
  }

  /** The schema itself. */
  public JsonNode source() {
    return source;
  }

  /** What is wrong with a value, one sentence each; empty when it satisfies the schema. */
  public List<String> violations(JsonNode value) {
    throw new UnsupportedOperationException("in work");
  }
}
