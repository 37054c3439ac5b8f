package dev.pointsman.routing;

import java.util.Arrays;

/**
 * Best-arm identification with Gaussian means and plug-in variances (Garivier and Kaufmann, 2016, as
 * TensorZero has it). With leader L, the arm of greatest mean, and gap_i = m_L − m_i + ε:
 *
 * <pre>allocation  w = argmax over the simplex, w ≥ least, of min_i gap_i² / (2 (v_L/w_L + v_i/w_i))
 * stop when   min_i gap_i² / (2 (v_L/n_L + v_i/n_i)) &gt; ln((1 + ln Σn) / δ)</pre>
 *
 * TensorZero solves a cone program with a small pull towards uniform. Without that pull no solver is
 * needed: for a given w_L and value 1/a the others are w_i = max(least, v_i / (gap_i²·a/2 −
 * v_L/w_L)); a is bisected until they sum to 1, and w_L found by golden section. Agrees with
 * TensorZero's published vectors within their tolerance of 1e-4.
 *
 * <p>The three numbers of an arm are handed over as arrays in the same order.
 */
final class TrackAndStop {

  private static final double LEAST_VARIANCE = 1e-12;
  private static final double LEAST_SQUARED_GAP = 1e-6;
  private static final double LEAST_WEIGHT = 1e-6;
  private static final int BISECTIONS = 60;
  private static final int SECTIONS = 50;
  private static final double GOLDEN = (Math.sqrt(5) - 1) / 2;

  private final double[] variances;
  private final double[] squaredGaps;
  private final int leader;
  private final double least;

  private TrackAndStop(
      double[] means, double[] variances, int leader, double epsilon, double least) {
    this.variances = Arrays.stream(variances).map(v -> Math.max(v, LEAST_VARIANCE)).toArray();
    this.leader = leader;
    this.least = least;
    this.squaredGaps =
        Arrays.stream(means)
            .map(mean -> means[leader] - mean + epsilon)
            .map(gap -> Math.max(gap * gap, LEAST_SQUARED_GAP))
            .toArray();
  }

  /** The arm of greatest mean; of equal ones the one with the smaller variance per pull. */
  static int leader(double[] counts, double[] means, double[] variances) {
    int leader = 0;
    for (int arm = 1; arm < means.length; arm++) {
      if (means[arm] > means[leader]
          || (means[arm] == means[leader]
              && variances[arm] / counts[arm] < variances[leader] / counts[leader])) {
        leader = arm;
      }
    }
    return leader;
  }

  /**
   * The shares that find the best arm soonest, summing to 1; equal where all means are.
   *
   * @param epsilon how much worse than the best is still good enough, at least 0
   * @param least the least share of an arm; with all arms together below 1
   */
  static double[] weights(
      double[] counts, double[] means, double[] variances, double epsilon, double least) {
    int arms = means.length;
    if (arms == 1 || Arrays.stream(means).allMatch(mean -> mean == means[0])) {
      return uniform(arms);
    }
    double floor = Math.max(least, LEAST_WEIGHT);
    if (floor * arms >= 1) {
      return uniform(arms);
    }
    return new TrackAndStop(means, variances, leader(counts, means, variances), epsilon, floor)
        .allocation();
  }

  private static double[] uniform(int arms) {
    double[] result = new double[arms];
    Arrays.fill(result, 1.0 / arms);
    return result;
  }

  private double[] allocation() {
    double low = least;
    double high = 1 - (squaredGaps.length - 1) * least;
    double left = high - GOLDEN * (high - low);
    double right = low + GOLDEN * (high - low);
    double atLeft = inverseValue(left);
    double atRight = inverseValue(right);
    for (int section = 0; section < SECTIONS; section++) {
      if (atLeft < atRight) {
        high = right;
        right = left;
        atRight = atLeft;
        left = high - GOLDEN * (high - low);
        atLeft = inverseValue(left);
      } else {
        low = left;
        left = right;
        atLeft = atRight;
        right = low + GOLDEN * (high - low);
        atRight = inverseValue(right);
      }
    }
    double share = (low + high) / 2;
    double a = inverseValue(share);
    double[] result = new double[squaredGaps.length];
    double sum = 0;
    for (int arm = 0; arm < result.length; arm++) {
      result[arm] = arm == leader ? share : other(arm, share, a);
      sum += result[arm];
    }
    for (int arm = 0; arm < result.length; arm++) {
      result[arm] /= sum;
    }
    return result;
  }

  /** The least a at which the others' weights fit beside that of the leader. */
  private double inverseValue(double share) {
    double low = 0;
    for (int arm = 0; arm < squaredGaps.length; arm++) {
      if (arm != leader) {
        low = Math.max(low, 2 * variances[leader] / (share * squaredGaps[arm]));
      }
    }
    double high = Math.max(2 * low, Double.MIN_NORMAL);
    while (others(share, high) > 1 - share) {
      high *= 2;
      if (Double.isInfinite(high)) {
        return high;
      }
    }
    for (int step = 0; step < BISECTIONS; step++) {
      double middle = (low + high) / 2;
      if (others(share, middle) > 1 - share) {
        low = middle;
      } else {
        high = middle;
      }
    }
    return high;
  }

  private double others(double share, double a) {
    double sum = 0;
    for (int arm = 0; arm < squaredGaps.length; arm++) {
      sum += arm == leader ? 0 : other(arm, share, a);
    }
    return sum;
  }

  private double other(int arm, double share, double a) {
    double left = squaredGaps[arm] * a / 2 - variances[leader] / share;
    return left > 0 ? Math.max(least, variances[arm] / left) : Double.POSITIVE_INFINITY;
  }

  /** ln((1 + ln t) / δ), what the evidence must exceed after t pulls. */
  static double threshold(double pulls, double delta) {
    return StrictMath.log((1 + StrictMath.log(pulls)) / delta);
  }

  /** The least evidence of the leader against any other arm: a generalised likelihood ratio. */
  static double evidence(double[] counts, double[] means, double[] variances, double epsilon) {
    int leader = leader(counts, means, variances);
    double result = Double.POSITIVE_INFINITY;
    for (int arm = 0; arm < means.length; arm++) {
      if (arm != leader) {
        double gap = means[leader] - means[arm] + epsilon;
        double spread =
            Math.max(variances[leader], LEAST_VARIANCE) / counts[leader]
                + Math.max(variances[arm], LEAST_VARIANCE) / counts[arm];
        result = Math.min(result, gap * gap / (2 * spread));
      }
    }
    return result;
  }

  /** Whether the leader is the best arm but for a chance of δ. */
  static boolean isDecided(
      double[] counts, double[] means, double[] variances, double epsilon, double delta) {
    return evidence(counts, means, variances, epsilon)
        > threshold(Arrays.stream(counts).sum(), delta);
  }
}
