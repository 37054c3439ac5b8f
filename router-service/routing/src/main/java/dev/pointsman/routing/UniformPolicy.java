package dev.pointsman.routing;

import java.util.Collection;
import java.util.List;

/** Every selectable arm alike; what TensorZero does without an experimentation section. */
public final class UniformPolicy implements Policy {

  private static final PolicyVersion VERSION = new PolicyVersion("uniform", "", 0);

  private final List<String> candidates;

  /**
   * Over variants in any order.
   *
   * @throws IllegalArgumentException if there is none, or one twice
   */
  public UniformPolicy(Collection<String> variants) {
    this.candidates = Arms.sorted(variants);
  }

  @Override
  public PolicyVersion version() {
    return VERSION;
  }

  @Override
  public List<String> candidates() {
    return candidates;
  }

  @Override
  public ArmProbabilities probabilities(DecisionContext context) {
    return new ArmProbabilities(
        Arms.uniform(Arms.checkSelectable(context, candidates)),
        new double[candidates.size()],
        null);
  }
}
