package dev.pointsman.routing;

import java.time.Instant;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Where a generation came from: enough to train it again and compare.
 *
 * @param createdAt when it was made
 * @param createdBy a person, {@code trainer}, or {@code configuration}
 * @param configHash the hash of the configuration it was made under
 * @param logCut the position of the log up to which decisions were read; empty for none
 * @param decisions how many decisions were read
 * @param seed the seed of the training, null where none was used
 * @param codeVersion the version and commit of the code
 * @param javaVersion the JVM
 * @param trainerSettings whatever else the trainer was told, by name
 */
public record ArtifactProvenance(
    Instant createdAt,
    String createdBy,
    String configHash,
    String logCut,
    long decisions,
    @Nullable Long seed,
    String codeVersion,
    String javaVersion,
    Map<String, String> trainerSettings) {
  public ArtifactProvenance {
    trainerSettings = Map.copyOf(trainerSettings);
  }
}
