package dev.pointsman.analysis.offpolicy;

import java.util.HashMap;
import java.util.Map;

/**
 * Running counts and sums per arm and per (segment, arm), and the means that they shrink to:
 *
 * <pre>  q̂(s, a) = (Σ r_sa + κ·m_a)/(n_sa + κ),   m_a = (Σ r_a + κ·prior)/(n_a + κ),   κ = 5</pre>
 */
final class SegmentArmSums {

  private static final double SHRINKAGE = 5;

  private final Map<String, double[]> cells = new HashMap<>();
  private double[] arms = new double[0];

  /** Takes one value. */
  void add(String segment, int arm, double value) {
    arms = with(arms, arm, 1, value);
    cells.compute(segment, (s, sums) -> with(sums == null ? new double[0] : sums, arm, 1, value));
  }

  /** Forgets one value that was taken. */
  void remove(String segment, int arm, double value) {
    arms = with(arms, arm, -1, -value);
    cells.computeIfPresent(segment, (s, sums) -> with(sums, arm, -1, -value));
  }

  /** The mean of an arm in a segment, shrunk to the arm's over all, and that to the prior. */
  double mean(String segment, int arm, double prior) {
    double overall = shrunk(arms, arm, prior);
    double[] sums = cells.get(segment);
    return sums == null ? overall : shrunk(sums, arm, overall);
  }

  /** Count and sum of each arm, side by side. */
  private static double[] with(double[] sums, int arm, int count, double value) {
    double[] result =
        sums.length > 2 * arm + 1 ? sums : java.util.Arrays.copyOf(sums, 2 * (arm + 1));
    result[2 * arm] += count;
    result[2 * arm + 1] += value;
    return result;
  }

  private static double shrunk(double[] sums, int arm, double prior) {
    return sums.length <= 2 * arm + 1
        ? prior
        : (sums[2 * arm + 1] + SHRINKAGE * prior) / (sums[2 * arm] + SHRINKAGE);
  }
}
