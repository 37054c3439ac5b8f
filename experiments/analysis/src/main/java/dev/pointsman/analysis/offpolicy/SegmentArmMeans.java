package dev.pointsman.analysis.offpolicy;

import java.util.List;

/**
 * The plain q̂ of an analysis: the mean reward of each arm in each segment, shrunk to the arm's mean
 * over all segments, and that to ½:
 *
 * <pre>  q̂(s, a) = (Σ r_sa + κ·m_a)/(n_sa + κ),   m_a = (Σ r_a + κ/2)/(n_a + κ),   κ = 5</pre>
 *
 * <p>It needs no more than to be fitted on other rows than those it corrects: the doubly robust
 * estimate is right with any such model, and the less noisy the better the model.
 */
public final class SegmentArmMeans implements OutcomeModel {

  private static final double NOTHING_KNOWN = 0.5;

  private final SegmentArmSums sums = new SegmentArmSums();

  private SegmentArmMeans() {}

  /** The means over these decisions. */
  public static SegmentArmMeans fit(List<LoggedChoice> choices) {
    SegmentArmMeans means = new SegmentArmMeans();
    choices.forEach(choice -> means.sums.add(choice.segment(), choice.arm(), choice.reward()));
    return means;
  }

  @Override
  public double[] expected(LoggedChoice choice) {
    double[] expected = new double[choice.propensities().size()];
    for (int arm = 0; arm < expected.length; arm++) {
      expected[arm] = sums.mean(choice.segment(), arm, NOTHING_KNOWN);
    }
    return expected;
  }
}
