package dev.pointsman.routing;

/**
 * How the traffic of the main stratum is split into lanes; what is left over is the policy lane.
 *
 * @param uniform share served uniformly at random over the eligible arms
 * @param holdout share served by the baseline
 * @param canary share served by the challenger, 0 while none runs
 */
public record LaneShares(double uniform, double holdout, double canary) {
  public LaneShares {
    if (!(uniform >= 0 && holdout >= 0 && canary >= 0 && uniform + holdout + canary < 1)) {
      throw new IllegalArgumentException(
          "uniform + holdout + canary must leave room for the policy lane: %s + %s + %s"
              .formatted(uniform, holdout, canary));
    }
  }

  /**
   * The same lanes with a canary, which takes its share from the policy alone.
   *
   * @param share of the policy's own traffic, at least 0 and below 1
   */
  public LaneShares withCanary(double share) {
    return new LaneShares(uniform, holdout, share * (1 - uniform - holdout));
  }

  /** No lanes beside the policy's own. */
  public static final LaneShares POLICY_ONLY = new LaneShares(0, 0, 0);
}
