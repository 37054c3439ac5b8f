package dev.pointsman.routing;

/**
 * What a policy believed about each arm when it set the probabilities. Arrays are in the order of
 * {@link Policy#candidates()}.
 *
 * @param predictedQuality expected value of the metric, 0..1
 * @param predictedCostNanos expected nano-dollars, -1 where the price is unknown
 * @param predictedLatencyUs expected microseconds, -1 where unknown
 * @param utility what the policy maximises: quality − weight · dollars − latency weight · seconds,
 *     for {@link ThresholdPolicy} less the threshold on the strong arm
 * @param utilityWeight quality points per dollar, W
 * @param gamma the exploration parameter used, 0 where the algorithm has none
 */
@SuppressWarnings("ArrayRecordComponent") // on the path of every request; compared by field
public record ArmScores(
    double[] predictedQuality,
    long[] predictedCostNanos,
    long[] predictedLatencyUs,
    double[] utility,
    double utilityWeight,
    double gamma) {

  /** The same with another utility. */
  ArmScores withUtility(double[] other) {
    return new ArmScores(
        predictedQuality, predictedCostNanos, predictedLatencyUs, other, utilityWeight, gamma);
  }

  /** The same with an exploration parameter. */
  ArmScores withGamma(double value) {
    return new ArmScores(
        predictedQuality, predictedCostNanos, predictedLatencyUs, utility, utilityWeight, value);
  }
}
