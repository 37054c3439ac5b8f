package dev.pointsman.replay;

import java.util.Arrays;

/**
 * How a recorded outcome becomes a reward. The raw reward is quality − 0.1 · cost / (mean cost of
 * the strong model), where the strong model has the highest mean quality (of equals the cheapest).
 * The learner sees it mapped linearly, so that min(0, the 0.1 % quantile of all raw rewards) becomes
 * 0 and 1 stays 1, clipped to 0..1. Fitted on one file and applied to it and to held-out rows alike.
 *
 * @param strongModel name of the strong model
 * @param costFactor 0.1 / its mean cost in dollars; 0 where costs are unknown or all zero
 * @param lowest the raw reward that is mapped to 0
 */
public record RewardScale(String strongModel, double costFactor, double lowest) {
  private static final double COST_SHARE = 0.1;
  private static final double LOW_QUANTILE = 0.001;

  static RewardScale fit(ReplayData data) {
    int models = data.models().size();
    double[] quality = new double[models];
    double[] cost = new double[models];
    for (int row = 0; row < data.rows(); row++) {
      for (int model = 0; model < models; model++) {
        quality[model] += data.quality(row, model) / data.rows();
        cost[model] += data.costUsd(row, model) / data.rows();
      }
    }
    int strong = 0;
    for (int model = 1; model < models; model++) {
      if (quality[model] > quality[strong]
          || (quality[model] == quality[strong] && cost[model] < cost[strong])) {
        strong = model;
      }
    }
    boolean priced = data.hasCosts() && cost[strong] > 0;
    double costFactor = priced ? COST_SHARE / cost[strong] : 0;
    RewardScale unmapped = new RewardScale(data.models().get(strong), costFactor, 0);
    double[] all = new double[data.rows() * models];
    for (int row = 0; row < data.rows(); row++) {
      for (int model = 0; model < models; model++) {
        all[row * models + model] = unmapped.raw(data, row, model);
      }
    }
    Arrays.sort(all);
    double lowest = Math.min(0, quantile(all, LOW_QUANTILE));
    return new RewardScale(unmapped.strongModel, costFactor, lowest);
  }

  /** Linear interpolation between order statistics at {@code share · (n − 1)}. */
  private static double quantile(double[] sorted, double share) {
    double position = share * (sorted.length - 1);
    int below = (int) position;
    int above = Math.min(below + 1, sorted.length - 1);
    return sorted[below] + (position - below) * (sorted[above] - sorted[below]);
  }

  /** Quality minus the scaled cost; what regret is counted in. */
  double raw(ReplayData data, int row, int model) {
    double quality = data.quality(row, model);
    return costFactor == 0 ? quality : quality - costFactor * data.costUsd(row, model);
  }

  /** What the learner is told, 0..1. */
  double mapped(double raw) {
    return Math.clamp((raw - lowest) / (1 - lowest), 0.0, 1.0);
  }
}
