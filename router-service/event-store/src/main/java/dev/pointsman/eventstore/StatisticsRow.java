package dev.pointsman.eventstore;

import java.time.Duration;
import java.time.Instant;

/**
 * What happened to the decisions of one function in one segment, lane and 10 seconds, or minute when
 * it is older than a day, seen from one variant. Sums over rows of neighbouring buckets are the figures of longer times.
 *
 * <p>A unit is one (function, episode); its decision is its earliest row of that kind, and all of
 * the unit's figures fall into the bucket of that row. Chosen is what was drawn, served is what
 * answered; a unit was served as chosen when the chosen variant served at least one of its
 * inferences and no other variant served any.
 *
 * @param metricName the metric the rewards are of
 * @param segment the decision's segment
 * @param lane the decision's lane, empty outside the main stratum
 * @param bucket start of the 10 seconds or of the minute
 * @param pulls decisions that chose this variant
 * @param expectedPulls Σp of this variant over all decisions that could have chosen it. Summed over
 *     lanes it is what {@code pulls} should be; within one lane it is not, since p is the mixture's
 * @param pullVariance Σp(1 − p) over the same
 * @param resplits later decision rows that drew another variant, credited to the first decision
 * @param feedbacks chosen decisions with a reward
 * @param rewardSum Σ of those rewards
 * @param rewardSumSquares Σ of their squares
 * @param servedFeedbacks the same, only where served as chosen
 * @param servedRewardSum the same, only where served as chosen
 * @param servedRewardSumSquares the same, only where served as chosen
 * @param filled rewards that are the rule's {@code noFeedback}
 * @param clipped values outside the metric's range
 * @param inferences inferences of the chosen decisions
 * @param served inferences that this variant served, whatever was chosen
 * @param answered inferences of the chosen decisions that this variant answered to the end
 * @param failed inferences of the chosen decisions that nothing could answer
 * @param inputTokens Σ over {@code answered} where known; the count is of those
 * @param outputTokens Σ over {@code answered} where known; the count is of those
 * @param costNanos Σ nano-dollars over {@code inferences} where known; the count is of those
 * @param baselineCostNanos Σ over the inferences where cost and baseline's cost are both known
 * @param comparedCostNanos Σ of the cost over the same inferences; the count is of those
 * @param durationMicros Σ over {@code answered}
 */
public record StatisticsRow(
    String functionName,
    String metricName,
    String segment,
    String variant,
    String lane,
    Instant bucket,
    long pulls,
    double expectedPulls,
    double pullVariance,
    long resplits,
    long feedbacks,
    double rewardSum,
    double rewardSumSquares,
    long servedFeedbacks,
    double servedRewardSum,
    double servedRewardSumSquares,
    long filled,
    long clipped,
    long inferences,
    long served,
    long answered,
    long failed,
    long inputTokens,
    long inputTokensCount,
    long outputTokens,
    long outputTokensCount,
    long costNanos,
    long costCount,
    long baselineCostNanos,
    long comparedCostNanos,
    long comparedCount,
    long durationMicros) {

  /** The length of a young bucket. */
  public static final Duration BUCKET = Grain.TEN_SECONDS.length();

  private static final Duration YOUNG = Duration.ofDays(1);

  /** The start of the young bucket that holds a time. */
  public static Instant bucketOf(Instant time) {
    return Grain.TEN_SECONDS.floor(time);
  }

  /** The moment before which buckets are minutes; it moves on by the hour. */
  public static Instant compactedUntil(Instant asOf) {
    return Grain.HOUR.floor(asOf.minus(YOUNG));
  }

  /** The start of the bucket that holds a time, seen from a later one. */
  static Instant bucketOf(Instant time, Instant asOf) {
    return (time.isBefore(compactedUntil(asOf)) ? Grain.MINUTE : Grain.TEN_SECONDS).floor(time);
  }
}
