package dev.pointsman.catalog;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Something a caller may want done.
 *
 * @param variants by name, in name order, at least one
 * @param schemas input schema per template name ({@code system}, {@code user}, {@code assistant}, …)
 * @param tools keys into the catalog's tools; empty for json functions
 * @param toolChoice {@code none}, {@code auto}, {@code required} or {@code {"specific": name}} as JSON
 *     text
 * @param outputSchema for json functions the schema of the answer; null for chat functions
 * @param experimentation how variants are chosen
 * @param segmentBy {@code tag:NAME} or {@code has_code}, joint values make the segment
 * @param logText whether texts are logged
 */
public record FunctionDefinition(
    String name,
    Type type,
    @Nullable String description,
    Map<String, VariantDefinition> variants,
    Map<String, JsonSchema> schemas,
    List<String> tools,
    String toolChoice,
    @Nullable Boolean parallelToolCalls,
    @Nullable JsonSchema outputSchema,
    Experimentation experimentation,
    List<String> segmentBy,
    boolean logText) {

  /** What a function answers with. */
  public enum Type {
    /** Content blocks. */
    CHAT,
    /** A JSON value. */
    JSON
  }
}
