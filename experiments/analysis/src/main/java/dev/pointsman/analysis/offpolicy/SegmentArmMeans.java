package dev.pointsman.analysis.offpolicy;

import java.util.HashMap;
import java.util.List;
import java.util.Map;

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

  private static final double SHRINKAGE = 5;

  private final Map<Cell, Sum> cells = new HashMap<>();
  private final Map<Integer, Sum> arms = new HashMap<>();

  private SegmentArmMeans() {}

  private record Cell(String segment, int arm) {}

  private record Sum(double count, double rewards) {
    static final Sum NONE = new Sum(0, 0);

    Sum plus(Sum other) {
      return new Sum(count + other.count, rewards + other.rewards);
    }

    double shrunkTo(double prior) {
      return (rewards + SHRINKAGE * prior) / (count + SHRINKAGE);
    }
  }

  /** The means over these decisions. */
  public static SegmentArmMeans fit(List<LoggedChoice> choices) {
    SegmentArmMeans means = new SegmentArmMeans();
    for (LoggedChoice choice : choices) {
      Sum one = new Sum(1, choice.reward());
      means.cells.merge(new Cell(choice.segment(), choice.arm()), one, Sum::plus);
      means.arms.merge(choice.arm(), one, Sum::plus);
    }
    return means;
  }

  @Override
  public double[] expected(LoggedChoice choice) {
    double[] expected = new double[choice.propensities().size()];
    for (int arm = 0; arm < expected.length; arm++) {
      double overall = arms.getOrDefault(arm, Sum.NONE).shrunkTo(0.5);
      expected[arm] =
          cells.getOrDefault(new Cell(choice.segment(), arm), Sum.NONE).shrunkTo(overall);
    }
    return expected;
  }
}
