package dev.pointsman.analysis.offpolicy;

/**
 * One logged decision as an off-policy estimator sees it: a target policy e is judged on what the
 * logging policy chose.
 *
 * @param episode the unit of randomisation; rows of one episode are dependent
 * @param weight w = e(a)/p, e's chance of the logged arm over the logged propensity; for a difference
 *     of two policies the difference of their weights, which may be negative
 * @param reward r, what was observed
 * @param direct Σ_a e(a)·q̂(a), the model's value of e here; for a difference Σ_a (e₁ − e₂)(a)·q̂(a)
 * @param predicted q̂(a) of the logged arm, fitted without this row
 * @param unsupported e's mass on arms that the log could hardly choose, 0..1
 */
public record EvaluationRow(
    String episode,
    double weight,
    double reward,
    double direct,
    double predicted,
    double unsupported) {

  /** Checks that the numbers are finite. */
  public EvaluationRow {
    if (!Double.isFinite(weight)
        || !Double.isFinite(reward)
        || !Double.isFinite(direct)
        || !Double.isFinite(predicted)) {
      throw new IllegalArgumentException(
          "weight, reward, direct and predicted must be finite: %s %s %s %s"
              .formatted(weight, reward, direct, predicted));
    }
    if (!(unsupported >= 0 && unsupported <= 1 + 1e-9)) {
      throw new IllegalArgumentException("unsupported mass must lie in 0..1: " + unsupported);
    }
  }

  /**
   * The row of one policy.
   *
   * @param episode the unit of randomisation
   * @param arm index of the logged arm
   * @param propensities the logged chance of every arm
   * @param target e's chance of every arm
   * @param expected q̂ of every arm
   * @param reward what was observed
   * @param leastPropensity below this logged chance an arm counts as unsupported
   */
  public static EvaluationRow of(
      String episode,
      int arm,
      double[] propensities,
      double[] target,
      double[] expected,
      double reward,
      double leastPropensity) {
    checkSupported(arm, propensities);
    checkLengths(propensities, target, expected);
    double direct = 0;
    double unsupported = 0;
    for (int a = 0; a < target.length; a++) {
      direct += target[a] * expected[a];
      unsupported += propensities[a] < leastPropensity ? target[a] : 0;
    }
    return new EvaluationRow(
        episode, target[arm] / propensities[arm], reward, direct, expected[arm], unsupported);
  }

  /**
   * The row of the difference of two policies: where both agree it adds no noise, since its weight is
   * 0. Its doubly robust pseudo-outcome is
   *
   * <pre>  φ = Σ_a (e₁ − e₂)(a)·q̂(a) + (e₁ − e₂)(a_i)/p_i · (r_i − q̂_i)</pre>
   *
   * <p>Only estimators that divide by the number of rows apply; its unsupported mass is left 0, for
   * diagnostics belong to the rows of the challenger itself.
   *
   * @param episode the unit of randomisation
   * @param arm index of the logged arm
   * @param propensity the logged chance of that arm
   * @param challenger e₁, the chance of every arm
   * @param incumbent e₂, the chance of every arm
   * @param expected q̂ of every arm
   * @param reward what was observed
   */
  public static EvaluationRow difference(
      String episode,
      int arm,
      double propensity,
      double[] challenger,
      double[] incumbent,
      double[] expected,
      double reward) {
    checkLengths(challenger, incumbent, expected);
    checkPropensity(propensity);
    double direct = 0;
    for (int a = 0; a < expected.length; a++) {
      direct += (challenger[a] - incumbent[a]) * expected[a];
    }
    return new EvaluationRow(
        episode, (challenger[arm] - incumbent[arm]) / propensity, reward, direct, expected[arm], 0);
  }

  private static void checkSupported(int arm, double[] propensities) {
    if (arm < 0 || arm >= propensities.length) {
      throw new IllegalArgumentException(
          "the logged arm must be one of %d: %d".formatted(propensities.length, arm));
    }
    checkPropensity(propensities[arm]);
  }

  private static void checkPropensity(double propensity) {
    if (!(propensity > 0 && propensity <= 1 + 1e-9)) {
      throw new IllegalArgumentException(
          "the propensity of a logged arm must lie in (0, 1]: " + propensity);
    }
  }

  private static void checkLengths(double[] first, double[] second, double[] third) {
    if (first.length != second.length || first.length != third.length) {
      throw new IllegalArgumentException(
          "vectors must name the same arms: %d, %d and %d"
              .formatted(first.length, second.length, third.length));
    }
  }
}
