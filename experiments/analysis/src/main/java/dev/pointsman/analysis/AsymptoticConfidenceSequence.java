package dev.pointsman.analysis;

/**
 * Bounds that hold at all times at once, so that they may be looked at after every observation:
 * asymptotic confidence sequences (Waudby-Smith et al., arXiv 2103.06476).
 *
 * <p>They are asymptotic: before {@link #isBurnedIn} the coverage of comparisons between groups of
 * unequal size is far below the nominal one, and nothing may be concluded.
 */
public final class AsymptoticConfidenceSequence {

  /** The least number of units per group before the first look. */
  public static final long BURN_IN_UNITS = 100;

  /** The least number of successes, and of failures, per group before the first look. */
  public static final long BURN_IN_OUTCOMES = 5;

  private AsymptoticConfidenceSequence() {}

  /**
   * A two-sided bound around an estimate.
   *
   * @param estimate the middle
   * @param lower the lower end
   * @param upper the upper end
   * @param p the always-valid p-value of "the true value is 0"
   */
  public record Bounds(double estimate, double lower, double upper, double p) {}

  /**
   * Bounds of an estimate with a standard error, as GrowthBook computes them: with N units, s² =
   * se²·N and ρ = √((−2 ln α + ln(1 − 2 ln α))/N*),
   *
   * <pre>  half-width = s √(2 (Nρ² + 1) ln(√(Nρ² + 1)/α)) / (Nρ)</pre>
   *
   * @param estimate a difference or a lift
   * @param standardError its standard error; may be 0, then the bounds are the estimate
   * @param n units in all groups
   * @param alpha one minus the coverage
   * @param tuningN N*, the number of units at which the bounds are tightest
   */
  public static Bounds around(
      double estimate, double standardError, double n, double alpha, double tuningN) {
    checkAlpha(alpha);
    double rho2 = (-2 * Math.log(alpha) + Math.log(1 - 2 * Math.log(alpha))) / tuningN;
    double z = n * rho2 + 1;
    double s = standardError * Math.sqrt(n);
    double halfWidth =
        s * Math.sqrt(2 * z * Math.log(Math.sqrt(z) / alpha)) / (n * Math.sqrt(rho2));
    double squares = estimate * estimate * n / (standardError * standardError);
    double p =
        standardError == 0
            ? (estimate == 0 ? 1 : 0)
            : Math.min(1, Math.sqrt(z) * Math.exp(-rho2 * squares / (2 * z)));
    return new Bounds(estimate, estimate - halfWidth, estimate + halfWidth, p);
  }

  /**
   * Half the width of the always-valid band around one mean, as TensorZero computes it (tuned for
   * 100 observations): with ρ² = (−2 ln α + ln(−2 ln α) + 1)/100 and z = n·v·ρ² + 1,
   *
   * <pre>  margin = √( z/(n²ρ²) · ln(z/α²) )</pre>
   *
   * @param variance v of the observations
   * @param n number of observations, above 0
   * @param alpha one minus the coverage
   */
  public static double margin(double variance, double n, double alpha) {
    checkAlpha(alpha);
    if (!(n > 0)) {
      throw new IllegalArgumentException("n must be above 0: " + n);
    }
    double l = -2 * Math.log(alpha);
    double rho2 = (l + Math.log(l) + 1) / 100;
    double z = n * variance * rho2 + 1;
    return Math.sqrt(z / (n * n * rho2) * Math.log(z / (alpha * alpha)));
  }

  /** Whether a group has enough units, successes and failures to be compared with another. */
  public static boolean isBurnedIn(long units, long successes) {
    return units >= BURN_IN_UNITS
        && successes >= BURN_IN_OUTCOMES
        && units - successes >= BURN_IN_OUTCOMES;
  }

  private static void checkAlpha(double alpha) {
    if (!(alpha > 0 && alpha < 1)) {
      throw new IllegalArgumentException("alpha must lie between 0 and 1: " + alpha);
    }
  }
}
