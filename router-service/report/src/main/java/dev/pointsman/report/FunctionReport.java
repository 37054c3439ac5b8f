package dev.pointsman.report;

import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a person needs to know about one function over one range of time: the verdict, the health it
 * rests on, and the figures behind both.
 *
 * @param function the function
 * @param policy the kind, generation and revision that served last, in words
 * @param metric the quality's metric, null for functions that learn nothing
 * @param range the time looked at
 * @param verdict keep, promote or roll back?
 * @param health the checks that gate the verdict
 * @param headline the one-line figures
 * @param variants one line per variant, in name order
 * @param segments one line per segment, busiest first
 * @param share served against intended share over time
 * @param quality cumulative quality per lane over time
 * @param maturedUntil decisions since then may still get feedback and are in no mean
 * @param marks changes inside the range
 * @param strongShare what a function divides between two variants; null for others
 */
public record FunctionReport(
    String function,
    String policy,
    @Nullable String metric,
    Range range,
    Verdict verdict,
    List<HealthCheck> health,
    Headline headline,
    List<VariantLine> variants,
    List<SegmentLine> segments,
    ShareSeries share,
    List<QualitySeries> quality,
    Instant maturedUntil,
    List<Mark> marks,
    @Nullable StrongShareStory strongShare) {

  /** The time looked at, from inclusive, to exclusive. */
  public record Range(Instant from, Instant to) {}

  /**
   * The figures of the header row. Dollars are per 1,000 answered inferences with a known price.
   *
   * @param inferences inferences in the range
   * @param decisions decisions in the range
   * @param quality mean quality of matured decisions of the policy lane
   * @param holdoutQuality the same of the holdout lane
   * @param dollarsPerThousand cost, null when no price is known
   * @param baselineDollarsPerThousand the same tokens at the baseline's prices, null when unknown
   * @param savedModelled dollars saved in the range against the baseline at the same tokens
   * @param savedMeasured dollars saved in the range by the holdout's difference in mean cost
   * @param unpriced answers, pinned ones included, whose cost is unknown
   * @param p50Millis median duration of the slowest variant
   * @param p95Millis 95th percentile of the duration of the slowest variant
   * @param feedbackShare share of matured decisions with feedback, null before any matured
   * @param pending decisions inside the attribution window
   * @param filled matured decisions that took the configured value for missing feedback
   */
  public record Headline(
      long inferences,
      long decisions,
      Estimate quality,
      Estimate holdoutQuality,
      @Nullable Double dollarsPerThousand,
      @Nullable Double baselineDollarsPerThousand,
      @Nullable Double savedModelled,
      @Nullable Double savedMeasured,
      long unpriced,
      @Nullable Double p50Millis,
      @Nullable Double p95Millis,
      @Nullable Double feedbackShare,
      long pending,
      long filled) {}

  /**
   * One variant's figures.
   *
   * @param served share of the answered inferences it served, NaN before any
   * @param intended its mean propensity, NaN before any decision
   * @param standardisedQuality mean quality standardised over segments: what it would give on all
   *     traffic
   * @param weightedQuality the same by weighting each decision by one over its propensity
   * @param rawQuality mean quality of the decisions that chose it; biased, shown in grey
   * @param dollarsPerThousand cost, null when unknown
   * @param p50Millis median duration, null before any
   * @param p95Millis 95th percentile, null before any
   * @param errorShare share of its decisions' inferences that it did not answer itself
   * @param decisions decisions that chose it
   * @param feedbackShare share of its matured decisions with feedback, null before any matured
   */
  public record VariantLine(
      String variant,
      double served,
      double intended,
      Estimate standardisedQuality,
      Estimate weightedQuality,
      Estimate rawQuality,
      @Nullable Double dollarsPerThousand,
      @Nullable Double p50Millis,
      @Nullable Double p95Millis,
      double errorShare,
      long decisions,
      @Nullable Double feedbackShare) {}

  /**
   * One segment's figures.
   *
   * @param leader the variant with the largest mean propensity lately
   * @param leaderShare that propensity
   * @param probabilities mean propensity per variant over its last 200 decisions, in variant order
   * @param meanQuality mean quality per variant, NaN where none, in variant order
   */
  @SuppressWarnings("ArrayRecordComponent") // drawn and written, never compared
  public record SegmentLine(
      String segment,
      long decisions,
      String leader,
      double leaderShare,
      double[] probabilities,
      double[] meanQuality) {}
}
