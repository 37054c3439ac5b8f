package dev.pointsman.control;

import io.micronaut.data.annotation.Id;
import io.micronaut.data.annotation.MappedEntity;
import io.micronaut.data.annotation.TypeDef;
import io.micronaut.data.model.DataType;
import java.time.Instant;
import java.util.List;

/**
 * A policy as it was decided on: algorithm, candidates, reward and settings. Its revisions differ
 * in their statistics only.
 *
 * @param id unique over all functions, for example {@code g-12}
 * @param functionName the function
 * @param kind the algorithm, for example {@code squarecb}
 * @param candidates the variants it may choose, in name order
 * @param settings what it computes with, as a JSON object
 * @param provenance where it came from, as a JSON object
 * @param createdAt when it was registered, UTC with microseconds
 * @param status what it is doing
 */
@MappedEntity("generation")
public record Generation(
    @Id String id,
    String functionName,
    String kind,
    @TypeDef(type = DataType.STRING, converter = NameList.class) List<String> candidates,
    String settings,
    String provenance,
    Instant createdAt,
    Status status) {

  public Generation {
    candidates = List.copyOf(candidates);
  }

  /** What a generation is doing; of each but the last there is at most one per function. */
  public enum Status {
    /** It decides. */
    SERVING,
    /** It waits at the promotion gate; its decisions are computed beside those of the serving one. */
    CHALLENGER,
    /** It served before a promotion, and is computed and kept ready until that has proved itself. */
    STANDBY,
    /** It was turned away at the gate, or went back after it, and is still what is configured. */
    REJECTED,
    /** Another one took its place. */
    RETIRED
  }
}
