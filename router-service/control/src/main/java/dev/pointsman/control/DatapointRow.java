package dev.pointsman.control;

import io.micronaut.data.annotation.Id;
import io.micronaut.data.annotation.MappedEntity;
import java.time.Instant;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** A datapoint without its tags, which are rows of their own. */
@MappedEntity("datapoint")
record DatapointRow(
    @Id UUID id,
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
    boolean isCustom,
    String configHash,
    Instant updatedAt,
    @Nullable Instant staledAt) {

  static DatapointRow of(Datapoint datapoint) {
    return new DatapointRow(
        datapoint.id(),
        datapoint.datasetName(),
        datapoint.functionName(),
        datapoint.functionType(),
        datapoint.name(),
        datapoint.episodeId(),
        datapoint.sourceInferenceId(),
        datapoint.input(),
        datapoint.output(),
        datapoint.outputSchema(),
        datapoint.toolParams(),
        datapoint.custom(),
        datapoint.configHash(),
        datapoint.updatedAt(),
        datapoint.staledAt());
  }

  Datapoint with(Map<String, String> tags) {
    return new Datapoint(
        id,
        datasetName,
        functionName,
        functionType,
        name,
        episodeId,
        sourceInferenceId,
        input,
        output,
        outputSchema,
        toolParams,
        tags,
        isCustom,
        configHash,
        updatedAt,
        staledAt);
  }
}
