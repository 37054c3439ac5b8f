package dev.pointsman.control;

import java.time.Instant;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * One example of a dataset: an input of a function and, mostly, the output it should have.
 *
 * @param id UUIDv7
 * @param functionType {@code chat} or {@code json}
 * @param name a person's name for it, null when it has none
 * @param sourceInferenceId the inference it was made of, null when it was made by hand
 * @param input JSON
 * @param output JSON, null when it has none
 * @param outputSchema JSON schema of the output, null for chat functions
 * @param toolParams what it says about tools as a JSON object, null for json functions
 * @param custom whether a person wrote it or changed it
 * @param configHash the configuration it was checked against
 * @param updatedAt UTC with microseconds
 * @param staledAt when it was replaced or deleted, null while it counts
 */
public record Datapoint(
    UUID id,
    String datasetName,
    String functionName,
    String functionType,
    @Nullable String name,
    @Nullable UUID episodeId,
    @Nullable UUID sourceInferenceId,
    String input,
    @Nullable String output,
    @Nullable String outputSchema,
    @Nullable String toolParams,
    Map<String, String> tags,
    boolean custom,
    String configHash,
    Instant updatedAt,
    @Nullable Instant staledAt) {

  public Datapoint {
    tags = Map.copyOf(tags);
  }
}
