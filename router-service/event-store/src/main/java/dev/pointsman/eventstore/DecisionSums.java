package dev.pointsman.eventstore;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * Sums over decisions of a function, seen from one variant; they mean what they mean in {@link
 * StatisticsRow}. What was added up over is null. A mean over none is unknown: divide only where the
 * count is above 0.
 *
 * @param start the bucket's start
 * @param variant empty where the row is about a lane
 * @param pulls decisions that chose this variant
 * @param expectedPulls Σp of this variant over all decisions that could have chosen it
 * @param pullVariance Σp(1 − p) over the same
 * @param laneDraws of a row without a variant: decisions that drew this lane
 * @param expectedLaneDraws Σ of the lane's shares over the decisions that could have drawn it
 * @param laneVariance Σ share(1 − share) over the same
 * @param resplits later decision rows that drew another variant
 * @param explored decisions that explored
 * @param exploredCostNanos Σ over those of predicted cost above that of the likeliest variant
 * @param exploredQuality Σ over those of predicted quality below that of the likeliest variant
 * @param feedbacks decisions with a reward
 * @param rewardSum Σr of those
 * @param rewardSumSquares Σr²
 * @param weightSum Σw over the rewarded decisions of the main stratum, w = 1/p
 * @param weightSumSquares Σw²
 * @param weightMax the greatest w
 * @param weightedRewardSum Σwr
 * @param weightedRewardSumSquares Σ(wr)²
 * @param squaredWeightRewardSum Σw²r
 * @param filled rewards that are the rule's {@code noFeedback}
 * @param clipped values outside the metric's range
 * @param inferences inferences of the decisions
 * @param served inferences that this variant served, whatever was chosen
 * @param answered inferences of the decisions that this variant answered to the end
 * @param failed inferences that nothing could answer
 * @param costNanos Σ nano-dollars over the inferences where known; the count is of those
 * @param pricedPulls decisions all of whose inferences have a price
 * @param pricedCostNanos Σ of their cost
 * @param pricedCostSumSquares Σ of its square
 * @param baselineCostNanos Σ over the inferences where cost and baseline's cost are both known
 * @param comparedCostNanos Σ of the cost over the same; the count is of those
 */
public record DecisionSums(
    String functionName,
    @Nullable Instant start,
    @Nullable String segment,
    @Nullable String lane,
    @Nullable String generation,
    String variant,
    long pulls,
    double expectedPulls,
    double pullVariance,
    long laneDraws,
    double expectedLaneDraws,
    double laneVariance,
    long resplits,
    long explored,
    long exploredCostNanos,
    double exploredQuality,
    long feedbacks,
    double rewardSum,
    double rewardSumSquares,
    double weightSum,
    double weightSumSquares,
    double weightMax,
    double weightedRewardSum,
    double weightedRewardSumSquares,
    double squaredWeightRewardSum,
    long filled,
    long clipped,
    long inferences,
    long served,
    long answered,
    long failed,
    long costNanos,
    long costCount,
    long pricedPulls,
    long pricedCostNanos,
    double pricedCostSumSquares,
    long baselineCostNanos,
    long comparedCostNanos,
    long comparedCount) {

  /**
   * The effective number of rewarded decisions behind the weighted mean, (Σw)²/Σw².
   */
  public double effectiveSize() {
    return weightSumSquares == 0 ? 0 : weightSum * weightSum / weightSumSquares;
  }

  /** The mean reward that this variant would have on all traffic, Σwr/Σw; NaN without rewards. */
  public double weightedReward() {
    return weightSum == 0 ? Double.NaN : weightedRewardSum / weightSum;
  }

  /** The standard error of {@link #weightedReward}, √Σw²(r − mean)²/Σw. */
  public double weightedRewardError() {
    double mean = weightedReward();
    double squares =
        weightedRewardSumSquares
            - 2 * mean * squaredWeightRewardSum
            + mean * mean * weightSumSquares;
    return Math.sqrt(Math.max(0, squares)) / weightSum;
  }
}
