package dev.pointsman.routing;

import java.util.List;
import java.util.Map;

/**
 * Fixed weights, normalised over the selectable arms. Where no selectable arm has any weight the
 * probability is spread evenly, because a policy always answers; the draw after TensorZero goes to
 * the fallback variants before it comes to that.
 */
public final class StaticPolicy implements Policy {

  private static final PolicyVersion VERSION = new PolicyVersion("static", "", 0);

  private final List<String> candidates;
  private final double[] weights;

  /**
   * With a weight per variant.
   *
   * @param weights finite and not negative, at least one above 0
   * @throws IllegalArgumentException if they are not
   */
  public StaticPolicy(Map<String, Double> weights) {
    this.candidates = Arms.sorted(weights.keySet());
    this.weights = new double[candidates.size()];
    double total = 0;
    for (int arm = 0; arm < this.weights.length; arm++) {
      Double weight = weights.get(candidates.get(arm));
      if (weight == null || !(weight >= 0) || weight.isInfinite()) {
        throw new IllegalArgumentException(
            "the weight of %s must be a finite number >= 0: %s"
                .formatted(candidates.get(arm), weight));
      }
      this.weights[arm] = weight;
      total += weight;
    }
    if (!(total > 0) || Double.isInfinite(total)) {
      throw new IllegalArgumentException(
          "at least one weight must be above 0 and their sum finite: " + weights);
    }
  }

  @Override
  public PolicyVersion version() {
    return VERSION;
  }

  @Override
  public List<String> candidates() {
    return candidates;
  }

  /** The weight of each arm, as configured. */
  double[] weights() {
    return weights.clone();
  }

  @Override
  public ArmProbabilities probabilities(DecisionContext context) {
    boolean[] selectable = Arms.checkSelectable(context, candidates);
    double[] result = new double[weights.length];
    double total = 0;
    for (int arm = 0; arm < weights.length; arm++) {
      total += selectable[arm] ? weights[arm] : 0;
    }
    if (total == 0) {
      result = Arms.uniform(selectable);
    } else {
      for (int arm = 0; arm < weights.length; arm++) {
        result[arm] = selectable[arm] ? weights[arm] / total : 0;
      }
    }
    return new ArmProbabilities(result, new double[weights.length], null);
  }
}
