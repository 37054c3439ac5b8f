package dev.pointsman.routing;

import java.util.Arrays;

/**
 * How much one decision may explore: Σ F(π)(a)·gap(a), what exploring costs per request in utility
 * points, is to be within {@link LearnedSettings#explorationLimit()}, gap(a) = u_best − u_a over the
 * selectable arms. Floors that alone cost more fall. Lives for one decision.
 */
final class ExplorationLimit {

  private static final double LEAST_FLOOR = 0.001;
  private static final int BISECTIONS = 30;

  private final LearnedSettings.Exploration exploration;
  private final boolean[] selectable;
  private final double[] gap;
  private final int best;
  private final int arms;
  private final double[] raised;
  private double[] applied = {};
  private boolean affordable = true;

  ExplorationLimit(LearnedSettings settings, double[] utility, boolean[] selectable) {
    this.exploration = settings.exploration();
    this.selectable = selectable;
    this.best = Arms.best(utility, selectable);
    this.gap = new double[utility.length];
    int count = 0;
    for (int arm = 0; arm < gap.length; arm++) {
      if (selectable[arm]) {
        gap[arm] = utility[best] - utility[arm];
        count++;
      }
    }
    this.arms = count;
    this.raised = new double[gap.length];
  }

  /** The selectable arm of greatest utility. */
  int best() {
    return best;
  }

  /** u_best − u_a per arm; 0 outside the selectable ones. */
  double[] gap() {
    return gap;
  }

  /** How many arms are selectable. */
  int arms() {
    return arms;
  }

  /**
   * The highest of three settings of the floors whose own cost is within the limit; the last one
   * where none is. To be called first.
   */
  double[] affordableFloors(double[] wanted) {
    if (take(wanted)) {
      return wanted;
    }
    double[] least = new double[wanted.length];
    Arrays.fill(least, exploration.minProbability());
    if (take(least)) {
      return least;
    }
    Arrays.fill(least, Math.min(exploration.minProbability(), LEAST_FLOOR));
    affordable = take(least);
    return least;
  }

  /** Whether the greedy choice with these floors is within the limit at all. */
  boolean affordable() {
    return affordable;
  }

  private boolean take(double[] floorsToTry) {
    applied = ProbabilityFloors.applicable(floorsToTry, selectable);
    return isKeptBy(greedy());
  }

  private double[] greedy() {
    double[] result = new double[gap.length];
    result[best] = 1;
    return result;
  }

  /** Whether π with the floors found is within the limit. */
  boolean isKeptBy(double[] probabilities) {
    ProbabilityFloors.raise(probabilities, applied, raised);
    double cost = 0;
    for (int arm = 0; arm < gap.length; arm++) {
      cost += raised[arm] * gap[arm];
    }
    return cost <= exploration.limit();
  }

  /** π, mixed with the greedy choice by the least share that the limit asks for. */
  double[] limited(double[] probabilities) {
    if (!affordable) {
      return greedy();
    }
    if (isKeptBy(probabilities)) {
      return probabilities;
    }
    double kept = 0;
    double over = 1;
    double[] result = greedy();
    for (int step = 0; step < BISECTIONS; step++) {
      double middle = (kept + over) / 2;
      double[] mixed = greedy();
      for (int arm = 0; arm < mixed.length; arm++) {
        mixed[arm] = (1 - middle) * mixed[arm] + middle * probabilities[arm];
      }
      if (isKeptBy(mixed)) {
        kept = middle;
        result = mixed;
      } else {
        over = middle;
      }
    }
    return result;
  }
}
