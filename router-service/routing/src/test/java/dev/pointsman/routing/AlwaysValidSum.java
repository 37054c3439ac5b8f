package dev.pointsman.routing;

/**
 * Tests whether a sum of centred indicators, S = Σ (x − p), stays what its probabilities say, and may
 * be looked at after every one: Robbins' normal mixture martingale. With V = Σ p(1 − p) the sum is an
 * outlier at level α when
 *
 * <pre>S² ≥ (V + ρ)·ln((V + ρ) / (ρ·α²))</pre>
 *
 * The first look is at V ≥ 20, before which the normal approximation does not hold for rare arms.
 */
final class AlwaysValidSum {

  private static final double BURN_IN = 20;
  private static final double RHO = 100;

  private final double alpha;
  private double sum;
  private double variance;
  private boolean rejected;

  AlwaysValidSum(double alpha) {
    this.alpha = alpha;
  }

  void add(boolean happened, double probability) {
    sum += (happened ? 1 : 0) - probability;
    variance += probability * (1 - probability);
    if (variance >= BURN_IN) {
      double scale = variance + RHO;
      rejected |= sum * sum >= scale * Math.log(scale / (RHO * alpha * alpha));
    }
  }

  /** Whether any look so far found more than chance. */
  boolean rejected() {
    return rejected;
  }
}
