package dev.pointsman.trainer.text;

import dev.pointsman.routing.ArmScores;
import dev.pointsman.routing.DecisionContext;
import dev.pointsman.routing.Policy;
import dev.pointsman.routing.TokenPrice;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * What is expected of each variant in one segment, whatever is asked; what a text model adds to.
 *
 * @param quality 0..1, by arm
 * @param outputTokens at least 0, by arm
 */
@SuppressWarnings("ArrayRecordComponent") // read in the inner loop; never compared
public record SegmentMean(double[] quality, double[] outputTokens) {

  private static final double NANOS_PER_TOKEN = 1e6;

  /**
   * What a policy expects by segment.
   *
   * @return refuses a policy that says nothing of qualities
   */
  public static Function<String, SegmentMean> of(Policy policy) {
    int arms = policy.candidates().size();
    // What it expects of tokens it only tells as costs; at this price one reads them there.
    List<@Nullable TokenPrice> perToken =
        Collections.nCopies(arms, new TokenPrice(0, NANOS_PER_TOKEN));
    boolean[] all = new boolean[arms];
    Arrays.fill(all, true);
    Map<String, SegmentMean> known = new HashMap<>();
    return segment ->
        known.computeIfAbsent(
            segment,
            name -> {
              ArmScores scores =
                  policy
                      .probabilities(new DecisionContext(name, all, perToken, 0, Map.of(), 0, null))
                      .scores();
              if (scores == null) {
                throw new IllegalStateException(
                    "the policy %s says nothing of qualities".formatted(policy.version()));
              }
              return new SegmentMean(
                  scores.predictedQuality(),
                  Arrays.stream(scores.predictedCostNanos())
                      .mapToDouble(nanos -> nanos / NANOS_PER_TOKEN)
                      .toArray());
            });
  }
}
