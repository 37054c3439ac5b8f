package dev.pointsman.routing;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/** How the traffic of the main stratum is split into lanes; what is left over is the policy lane. */
public final class LaneShares {

  /** No lanes beside the policy's own. */
  public static final LaneShares POLICY_ONLY = new LaneShares(0, 0, 0);

  private final double uniform;
  private final double holdout;
  private final double canary;

  /** By whether there is a baseline and whether there is a challenger. */
  private final Open[][] open = new Open[2][2];

  /**
   * Shares of the lanes beside the policy's.
   *
   * @param uniform share served uniformly at random over the eligible arms
   * @param holdout share served by the baseline
   * @param canary share served by the challenger, 0 while none runs
   */
  public LaneShares(double uniform, double holdout, double canary) {
    if (!(uniform >= 0 && holdout >= 0 && canary >= 0 && uniform + holdout + canary < 1)) {
      throw new IllegalArgumentException(
          "uniform + holdout + canary must leave room for the policy lane: %s + %s + %s"
              .formatted(uniform, holdout, canary));
    }
    this.uniform = uniform;
    this.holdout = holdout;
    this.canary = canary;
    for (int baseline = 0; baseline < 2; baseline++) {
      for (int challenger = 0; challenger < 2; challenger++) {
        open[baseline][challenger] =
            Open.of(uniform, baseline == 0 ? 0 : holdout, challenger == 0 ? 0 : canary);
      }
    }
  }

  /**
   * The shares of one decision, of which there are few.
   *
   * @param byLabel those above 0 by the lane's label, as they are logged
   */
  record Open(
      double uniform, double holdout, double policy, double canary, Map<String, Double> byLabel) {

    static Open of(double uniform, double holdout, double canary) {
      double policy = 1 - uniform - holdout - canary;
      Map<String, Double> byLabel = new LinkedHashMap<>();
      put(byLabel, Lane.UNIFORM, uniform);
      put(byLabel, Lane.HOLDOUT, holdout);
      put(byLabel, Lane.POLICY, policy);
      put(byLabel, Lane.CANARY, canary);
      return new Open(uniform, holdout, policy, canary, Collections.unmodifiableMap(byLabel));
    }

    private static void put(Map<String, Double> byLabel, Lane lane, double share) {
      if (share > 0) {
        byLabel.put(lane.label(), share);
      }
    }
  }

  /** The shares of a decision; what a lane that is closed to it would have is the policy's. */
  Open open(boolean hasBaseline, boolean hasChallenger) {
    return open[hasBaseline ? 1 : 0][hasChallenger ? 1 : 0];
  }

  /** The share served uniformly at random over the eligible arms. */
  public double uniform() {
    return uniform;
  }

  /** The share served by the baseline. */
  public double holdout() {
    return holdout;
  }

  /** The share served by the challenger, 0 while none runs. */
  public double canary() {
    return canary;
  }

  /**
   * The same lanes with a canary, which takes its share from the policy alone.
   *
   * @param share of the policy's own traffic, at least 0 and below 1
   */
  public LaneShares withCanary(double share) {
    return new LaneShares(uniform, holdout, share * (1 - uniform - holdout));
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof LaneShares shares && open[1][1].equals(shares.open[1][1]);
  }

  @Override
  public int hashCode() {
    return open[1][1].hashCode();
  }

  @Override
  public String toString() {
    return "LaneShares" + open[1][1].byLabel();
  }
}
