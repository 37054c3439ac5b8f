package dev.pointsman.analysis;

import java.util.Arrays;

/**
 * The always-valid test that choices follow their logged propensities: under the hypothesis that
 * each decision chose the arm with the probability p that was logged for it, Σ(1[chosen] − p) is a
 * martingale, and an e-value above 1/α is ever seen with probability at most α. So it may be looked
 * at after every decision; the usual z test, looked at for ever, raises false alarms.
 *
 * <p>Two forms. The accumulator sees single decisions and is exact: for any factor θ
 *
 * <pre>  E_t(θ) = Π θ^{1[chosen]} / (1 − p + p·θ)</pre>
 *
 * has mean 1, and so has the average over a fixed set of factors, here from 1/4 to 4. {@link
 * #ofSums} needs sums only, as reports have them: the normal mixture (V + ρ)^{−1/2} ρ^{1/2}
 * exp(S²/(2(V + ρ))) with V = Σ p(1 − p) and ρ = {@value #MIXTURE}, silent before V = {@value
 * #BURN_IN}; its rate of false alarms is simulated by the tests.
 *
 * <p>Each holds for one arm. Where several are tested, a log is found wrong when any of them is: ask
 * for {@link Result#among}, or the false alarms of all arms add up.
 *
 * <p>Instances are not safe for concurrent use.
 */
public final class AllocationTest {

  /** What an e-value means. */
  public enum Outcome {
    /** Nothing is wrong as far as one can see. */
    FINE,
    /** p below 0.01: look at it. */
    WARN,
    /** p below 0.001: nothing that rests on propensities may be concluded. */
    BLOCK
  }

  /**
   * The test's state.
   *
   * @param p always-valid p-value, 1 before the burn-in
   * @param outcome what it means
   */
  public record Result(double p, Outcome outcome) {
    static Result ofLogEvidence(double logE) {
      return ofP(Math.exp(-logE));
    }

    private static Result ofP(double any) {
      double p = Math.min(1, any);
      return new Result(
          p, p < BLOCK_BELOW ? Outcome.BLOCK : p < WARN_BELOW ? Outcome.WARN : Outcome.FINE);
    }

    /**
     * The same as one of so many tests of which none may raise a false alarm: Bonferroni's p, so that
     * all of them together do so with the chance of one.
     *
     * @param tests how many, at least 1
     */
    public Result among(int tests) {
      return ofP(p * Math.max(1, tests));
    }
  }

  /** Below this p-value people are warned. */
  public static final double WARN_BELOW = 0.01;

  /** Below this p-value verdicts are blocked. */
  public static final double BLOCK_BELOW = 0.001;

  /** The Σ p(1 − p) before which sums say nothing. */
  public static final double BURN_IN = 20;

  /** ρ of the normal mixture: the Σ p(1 − p) around which it is most sensitive. */
  public static final double MIXTURE = 200;

  private static final double[] FACTORS = {
    0.25, 0.5, 0.7, 0.8, 0.9, 0.95, 1 / 0.95, 1 / 0.9, 1.25, 1 / 0.7, 2, 4
  };

  /** An e-value beyond two to this, or below its inverse, is carried into a power of that. */
  private static final int CARRY_BITS = 256;

  private static final double CARRY = Math.scalb(1.0, CARRY_BITS);
  private static final double CARRIED = 1 / CARRY;

  /** E_t(θ) as mantissa · CARRY^power: a product takes no logarithm, and cannot run over. */
  private final double[] mantissas = new double[FACTORS.length];

  private final int[] powers = new int[FACTORS.length];
  private double greatest = 1;
  private int greatestPower;

  /** A test without decisions. */
  public AllocationTest() {
    Arrays.fill(mantissas, 1);
  }

  /**
   * Takes one decision.
   *
   * @param chosen whether it chose the arm (or fell into the lane)
   * @param propensity the logged chance of that, 0..1
   */
  public void accept(boolean chosen, double propensity) {
    if (!(propensity >= 0 && propensity <= 1)) {
      throw new IllegalArgumentException("a propensity must lie in 0..1: " + propensity);
    }
    int top = Integer.MIN_VALUE;
    for (int i = 0; i < FACTORS.length; i++) {
      double mean = 1 - propensity + propensity * FACTORS[i];
      mantissas[i] *= (chosen ? FACTORS[i] : 1) / mean;
      if (mantissas[i] > CARRY) {
        mantissas[i] *= CARRIED;
        powers[i]++;
      } else if (mantissas[i] < CARRIED) {
        mantissas[i] *= CARRY;
        powers[i]--;
      }
      top = Math.max(top, powers[i]);
    }
    double sum = 0;
    for (int i = 0; i < FACTORS.length; i++) {
      // What lies two powers below is less than the last digit of the greatest.
      sum += powers[i] == top ? mantissas[i] : powers[i] == top - 1 ? mantissas[i] * CARRIED : 0;
    }
    double e = chosen && propensity == 0 ? Double.POSITIVE_INFINITY : sum / FACTORS.length;
    if (e > Math.scalb(greatest, CARRY_BITS * (greatestPower - top))) {
      greatest = e;
      greatestPower = top;
    }
  }

  /** The result by the greatest e-value seen so far. */
  public Result result() {
    return Result.ofLogEvidence(Math.log(greatest) + greatestPower * Math.log(CARRY));
  }

  /**
   * The result from sums over decisions.
   *
   * @param chosen how many chose the arm
   * @param expected Σ p
   * @param variance Σ p(1 − p)
   */
  public static Result ofSums(double chosen, double expected, double variance) {
    if (variance < BURN_IN) {
      return new Result(1, Outcome.FINE);
    }
    double s = chosen - expected;
    return Result.ofLogEvidence(
        s * s / (2 * (variance + MIXTURE)) - 0.5 * Math.log((variance + MIXTURE) / MIXTURE));
  }
}
