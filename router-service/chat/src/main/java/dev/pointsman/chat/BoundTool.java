package dev.pointsman.chat;

import dev.pointsman.catalog.JsonSchema;
import dev.pointsman.catalog.ToolDefinition;

/** A configured tool, its schema compiled. */
public record BoundTool(ToolSpec spec, JsonSchema schema) {

  /** The tool of a definition. */
  public static BoundTool of(ToolDefinition tool) {
    JsonSchema schema = JsonSchema.parse(tool.parameters());
    return new BoundTool(
        new ToolSpec(tool.name(), tool.description(), schema.source(), tool.strict()), schema);
  }
}
