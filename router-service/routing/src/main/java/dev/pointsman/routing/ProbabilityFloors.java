package dev.pointsman.routing;

import java.util.Arrays;

/**
 * F, which raises arms to a least probability by water-filling: arms below their floor are set to
 * it, the others are scaled by one factor until none is below.
 *
 * <p>Adding the floor to every arm instead ({@link #additive}) moves more probability than needed
 * onto arms that already had enough, and cost a fifth more regret on recorded outcomes.
 */
final class ProbabilityFloors {

  /** The floors of all arms together take at most this much. */
  static final double LARGEST_SUM = 0.3;

  private ProbabilityFloors() {}

  /** The floors that are applied: 0 outside the selectable arms, scaled down to the largest sum. */
  static double[] applicable(double[] floors, boolean[] selectable) {
    double[] result = new double[floors.length];
    double sum = 0;
    for (int arm = 0; arm < floors.length; arm++) {
      if (selectable[arm]) {
        result[arm] = floors[arm];
        sum += floors[arm];
      }
    }
    if (sum > LARGEST_SUM) {
      double factor = LARGEST_SUM / sum;
      for (int arm = 0; arm < result.length; arm++) {
        result[arm] *= factor;
      }
    }
    return result;
  }

  /**
   * F(π).
   *
   * @param probabilities π, summing to 1
   * @param floors applicable floors, summing to at most {@link #LARGEST_SUM}
   */
  static double[] raise(double[] probabilities, double[] floors) {
    double[] result = new double[probabilities.length];
    raise(probabilities, floors, result);
    return result;
  }

  /** F(π) into {@code result}. */
  static void raise(double[] probabilities, double[] floors, double[] result) {
    boolean anyFloor = false;
    for (double floor : floors) {
      anyFloor |= floor > 0;
    }
    System.arraycopy(probabilities, 0, result, 0, probabilities.length);
    if (!anyFloor) {
      return;
    }
    // An arm that was set to its floor stays there: the factor only falls from round to round.
    long[] set = new long[(probabilities.length + 63) >>> 6];
    double floorSum = 0;
    double freeSum = 1;
    boolean changed = true;
    while (changed) {
      changed = false;
      double factor = (1 - floorSum) / freeSum;
      for (int arm = 0; arm < result.length; arm++) {
        if ((set[arm >>> 6] & (1L << arm)) == 0) {
          result[arm] = probabilities[arm] * factor;
          if (result[arm] < floors[arm]) {
            set[arm >>> 6] |= 1L << arm;
            result[arm] = floors[arm];
            changed = true;
          }
        }
      }
      if (changed) {
        floorSum = 0;
        freeSum = 0;
        for (int arm = 0; arm < result.length; arm++) {
          if ((set[arm >>> 6] & (1L << arm)) == 0) {
            freeSum += probabilities[arm];
          } else {
            floorSum += floors[arm];
          }
        }
      }
    }
  }

  /** The additive mix {@code f + (1 − K·f)·p} over all K arms, for comparison. */
  static double[] additive(double[] probabilities, double floor) {
    return Arrays.stream(probabilities)
        .map(p -> floor + (1 - probabilities.length * floor) * p)
        .toArray();
  }
}
