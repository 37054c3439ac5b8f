package dev.pointsman.gateway.dialect;

import com.fasterxml.jackson.databind.JsonNode;
import dev.pointsman.catalog.JsonSchema;
import dev.pointsman.chat.CheckedOutput;
import java.time.Instant;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * What every part of an answer says about the inference, the same on every chunk.
 *
 * @param requestedModel the {@code model} field as the caller wrote it
 * @param json whether the function answers with a JSON value
 * @param outputSchema what that value must satisfy, null when anything will do
 * @param tools the schema of each offered tool's arguments, by tool name
 * @param usageAsked whether a streamed answer is to end with its usage
 */
public record AnswerFacts(
    UUID inferenceId,
    UUID episodeId,
    String variantName,
    String requestedModel,
    Instant createdAt,
    boolean json,
    @Nullable JsonSchema outputSchema,
    Map<String, JsonSchema> tools,
    boolean usageAsked) {

  /** The value of a JSON answer, null when the text is none or fails its schema. */
  @Nullable JsonNode parsed(@Nullable String raw) {
    return CheckedOutput.parsed(raw, outputSchema);
  }

  /** The arguments of a call, null when they are no JSON or fail the tool's schema. */
  @Nullable JsonNode arguments(String tool, String raw) {
    JsonSchema schema = tools.get(tool);
    return schema == null ? null : CheckedOutput.parsed(raw, schema);
  }
}
