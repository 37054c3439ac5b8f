package dev.pointsman.routing;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a revision holds: the evidence that a learning policy computes from. A policy built from the
 * same settings and the same statistics gives the same probabilities, to the last bit.
 *
 * @param feedbackCount discounted number of rewarded decisions of the function
 * @param cells one per (segment, variant) with any evidence, sorted by segment then variant
 * @param variants one per variant that was ever chosen, sorted by name
 * @param priors per variant the quality contrast to the baseline expected before any evidence
 * @param threshold where {@link ThresholdPolicy} divides the requests; null for other policies, and
 *     before it was calibrated
 */
public record PolicyStatistics(
    double feedbackCount,
    List<Cell> cells,
    List<VariantEvidence> variants,
    Map<String, Double> priors,
    @Nullable Threshold threshold) {

  /** No evidence at all. */
  public static final PolicyStatistics EMPTY =
      new PolicyStatistics(0, List.of(), List.of(), Map.of());

  /** Of a policy without a threshold. */
  public PolicyStatistics(
      double feedbackCount,
      List<Cell> cells,
      List<VariantEvidence> variants,
      Map<String, Double> priors) {
    this(feedbackCount, cells, variants, priors, null);
  }

  /** The same evidence with another threshold. */
  public PolicyStatistics withThreshold(@Nullable Threshold other) {
    return new PolicyStatistics(feedbackCount, cells, variants, priors, other);
  }

  /**
   * The discounted evidence about one variant in one segment.
   *
   * @param segment the segment's value
   * @param variant the variant's name
   * @param weight discounted number of rewards, n
   * @param sum discounted sum of rewards, each 0..1
   * @param sumSquares discounted sum of squared rewards
   * @param outputTokens mean output tokens of answered inferences, null before the first
   * @param latencyUs mean duration in microseconds, null before the first
   * @param raisedFloorPulls pulls left for which a change alarm holds this cell's floor up; 0
   *     normally
   */
  public record Cell(
      String segment,
      String variant,
      double weight,
      double sum,
      double sumSquares,
      @Nullable Double outputTokens,
      @Nullable Double latencyUs,
      long raisedFloorPulls) {}

  /**
   * How much a variant has been tried, over all segments; what its nursery is judged by.
   *
   * @param variant the variant's name
   * @param pulls decisions that chose it
   * @param feedbacks rewarded decisions that chose it
   * @param inNursery whether its floor is still raised at this revision
   */
  public record VariantEvidence(String variant, long pulls, long feedbacks, boolean inNursery) {}

  /**
   * Where requests are divided between a weak and a strong variant.
   *
   * @param lead how much more utility than the weak one the strong one must promise; null = it is
   *     left to chance
   * @param atLead the probability of the strong one where it promises exactly that, or where it is
   *     left to chance, 0..1
   * @param decisions how many of the latest decisions it was calibrated on
   * @param share the strong one's share of those, floors counted
   */
  public record Threshold(@Nullable Double lead, double atLead, long decisions, double share) {}
}
