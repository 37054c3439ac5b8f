package dev.pointsman.routing;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A stored generation: all that fixes a policy except its statistics, which come with revisions. It
 * holds values only; loading it never runs code from it.
 *
 * @param functionName the function
 * @param generation the generation's id
 * @param metric the metric that is its quality
 * @param segmentBy the features whose joint value is the segment
 * @param estimator how segment means are estimated
 * @param settings what the policy computes with; their algorithm is the artifact's kind
 * @param provenance where it came from
 */
public record PolicyArtifact(
    String functionName,
    String generation,
    String metric,
    List<String> segmentBy,
    MeanEstimator estimator,
    LearnedSettings settings,
    ArtifactProvenance provenance) {
  public PolicyArtifact {
    segmentBy = List.copyOf(segmentBy);
  }

  /** The algorithm, for example {@code squarecb}. */
  public String kind() {
    return settings.algorithm();
  }

  /**
   * The policy of one revision of this generation.
   *
   * @param prices today's price per candidate, null where unknown
   * @throws IllegalArgumentException if the kind is not known here, or a number in the settings or
   *     the statistics cannot be
   */
  public Policy policy(
      long revision, PolicyStatistics statistics, List<@Nullable TokenPrice> prices) {
    LearnedAlgorithm algorithm;
    try {
      algorithm = LearnedAlgorithm.of(kind());
    } catch (IllegalArgumentException unknown) {
      throw new IllegalArgumentException(
          "functions.%s: generation %s has the %s"
              .formatted(functionName, generation, unknown.getMessage()),
          unknown);
    }
    return algorithm.policy(
        new PolicyVersion(kind(), generation, revision), settings, statistics, prices, estimator);
  }
}
