package dev.pointsman.eventstore;

import java.util.Collections;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Counts of durations by the power of {@value #BASE} microseconds that they do not exceed. Histograms
 * add up bin by bin, over any rows; a quantile read from one is at most 5 % beside the true one.
 *
 * @param counts by bin: bin k holds those above {@value #BASE}<sup>k−1</sup> and up to {@value
 *     #BASE}<sup>k</sup> µs, bin 0 those up to 1 µs
 */
public record LatencyHistogram(SortedMap<Integer, Long> counts) {

  /** How much wider each bin is than the one before. */
  public static final double BASE = 1.1;

  /** No durations. */
  public static final LatencyHistogram EMPTY = new LatencyHistogram(Collections.emptySortedMap());

  /** How many durations there are. */
  public long count() {
    return counts.values().stream().mapToLong(Long::longValue).sum();
  }

  /**
   * A quantile in microseconds, NaN when there are no durations.
   *
   * @param q 0..1; the value that a share q of the durations does not exceed
   */
  public double quantile(double q) {
    long rank = Math.max(1, (long) Math.ceil(q * count()));
    long seen = 0;
    for (Map.Entry<Integer, Long> bin : counts.entrySet()) {
      seen += bin.getValue();
      if (seen >= rank) {
        return middle(bin.getKey());
      }
    }
    return Double.NaN;
  }

  /** These and others. */
  public LatencyHistogram plus(LatencyHistogram others) {
    SortedMap<Integer, Long> sum = new TreeMap<>(counts);
    others.counts.forEach((bin, count) -> sum.merge(bin, count, Long::sum));
    return new LatencyHistogram(sum);
  }

  /** The bin of a duration; as the engines compute it. */
  static int binOf(long micros) {
    return (int) Math.ceil(Math.log(Math.max(micros, 1)) / Math.log(BASE));
  }

  /** The value that is equally far, in proportion, from both ends of a bin. */
  private static double middle(int bin) {
    return bin <= 0 ? 1 : Math.pow(BASE, bin) * 2 / (BASE + 1);
  }
}
