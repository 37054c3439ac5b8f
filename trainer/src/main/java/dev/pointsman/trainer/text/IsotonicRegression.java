package dev.pointsman.trainer.text;

import dev.pointsman.routing.features.RisingCurve;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;

/**
 * The curve that never falls and lies nearest to some points in the mean square, by pooling adjacent
 * violators (Ayer et al., 1955; Barlow et al., 1972): neighbours in the wrong order take their common
 * mean until none is left. Points are first gathered into at most {@value #MOST_BINS} bins of equal
 * count by their place, so that a single reward of 0 or 1 at an end is no step of its own.
 */
final class IsotonicRegression {

  private static final int MOST_BINS = 20;
  private static final int LEAST_PER_BIN = 10;

  private IsotonicRegression() {}

  /**
   * The curve.
   *
   * @param x places, finite
   * @param y values, one per place
   * @return {@link RisingCurve#ZERO} without points
   */
  static RisingCurve of(double[] x, double[] y) {
    int n = x.length;
    if (n == 0) {
      return RisingCurve.ZERO;
    }
    List<Integer> order =
        IntStream.range(0, n)
            .boxed()
            .sorted(Comparator.comparingDouble((Integer i) -> x[i]).thenComparing(i -> i))
            .toList();
    int bins = Math.clamp(n / LEAST_PER_BIN, 1, MOST_BINS);
    double[] at = new double[bins];
    double[] value = new double[bins];
    double[] weight = new double[bins];
    int pools = 0;
    for (int bin = 0; bin < bins; bin++) {
      int from = (int) ((long) n * bin / bins);
      int to = (int) ((long) n * (bin + 1) / bins);
      double places = 0;
      double values = 0;
      for (int i : order.subList(from, to)) {
        places += x[i];
        values += y[i];
      }
      weight[pools] = to - from;
      at[pools] = places / weight[pools];
      value[pools] = values / weight[pools];
      pools++;
      while (pools > 1
          && (value[pools - 2] >= value[pools - 1] || at[pools - 2] >= at[pools - 1])) {
        pool(at, value, weight, pools - 2);
        pools--;
      }
    }
    return RisingCurve.of(Arrays.copyOf(at, pools), Arrays.copyOf(value, pools));
  }

  /** Takes a pool and the next one together. */
  private static void pool(double[] at, double[] value, double[] weight, int first) {
    double sum = weight[first] + weight[first + 1];
    at[first] = (at[first] * weight[first] + at[first + 1] * weight[first + 1]) / sum;
    value[first] = (value[first] * weight[first] + value[first + 1] * weight[first + 1]) / sum;
    weight[first] = sum;
  }
}
