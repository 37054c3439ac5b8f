package dev.pointsman.analysis;

import java.util.Arrays;
import java.util.Comparator;

/**
 * Holm's step-down adjustment of several p-values: with the m values sorted upwards,
 *
 * <pre>  adjusted₍i₎ = max over j ≤ i of min(1, (m − j + 1)·p₍j₎)</pre>
 *
 * Rejecting what is adjusted below α keeps the chance of any false rejection below α, however the
 * tests depend on each other (Holm 1979).
 */
public final class Holm {

  private Holm() {}

  /**
   * The adjusted values, in the order given.
   *
   * @throws IllegalArgumentException if one is not in 0..1
   */
  public static double[] adjust(double[] p) {
    for (double value : p) {
      if (!(value >= 0 && value <= 1)) {
        throw new IllegalArgumentException("a p-value must lie in 0..1: " + value);
      }
    }
    Integer[] order = new Integer[p.length];
    Arrays.setAll(order, i -> i);
    Arrays.sort(order, Comparator.comparingDouble(i -> p[i]));
    double[] adjusted = new double[p.length];
    double least = 0;
    for (int rank = 0; rank < p.length; rank++) {
      least = Math.max(least, Math.min(1, (p.length - rank) * p[order[rank]]));
      adjusted[order[rank]] = least;
    }
    return adjusted;
  }
}
