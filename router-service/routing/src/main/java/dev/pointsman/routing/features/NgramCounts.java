package dev.pointsman.routing.features;

import java.util.Arrays;

/**
 * Counts how often each bucket was hit by words and by characters. One cell per bucket and group, so
 * that a hit costs one place in memory; a text never has more hits than a cell can count.
 */
final class NgramCounts {

  /** {@code 1 + ln count}, for the counts that occur. */
  private static final double[] DAMPED = new double[256];

  static {
    for (int count = 1; count < DAMPED.length; count++) {
      DAMPED[count] = 1 + StrictMath.log(count);
    }
  }

  /** By bucket · 2 + group. */
  private final char[] counts = new char[2 * ConversationFeatures.BUCKETS];

  /** The cells that were hit, in the order of their first hits. */
  private int[] cells;

  private int size;

  NgramCounts(int characters) {
    cells = new int[Math.max(32, Math.min(2 * characters, 4096))];
  }

  void add(int bucket, boolean ofCharacters) {
    int cell = bucket * 2 + (ofCharacters ? 1 : 0);
    if (counts[cell]++ == 0) {
      if (size == cells.length) {
        cells = Arrays.copyOf(cells, size * 2);
      }
      cells[size++] = cell;
    }
  }

  /**
   * The measures and the counts as one vector; a bucket hit by both groups gets their sum. To be
   * called once: it uses the counts up.
   */
  FeatureVector vector(double[] measures) {
    double[] squares = new double[2];
    for (int hit = 0; hit < size; hit++) {
      double damped = damped(counts[cells[hit]]);
      squares[cells[hit] & 1] += damped * damped;
    }
    double words = squares[0] == 0 ? 0 : 1 / Math.sqrt(squares[0]);
    double characters = squares[1] == 0 ? 0 : 1 / Math.sqrt(squares[1]);
    int[] index = new int[measures.length + size];
    double[] value = new double[measures.length + size];
    for (int i = 0; i < measures.length; i++) {
      index[i] = i;
      value[i] = measures[i];
    }
    int pairs = measures.length;
    for (int hit = 0; hit < size; hit++) {
      int cell = cells[hit];
      int count = counts[cell];
      if (count == 0) {
        continue; // taken along with the other group's
      }
      boolean ofWords = (cell & 1) == 0;
      double share = damped(count) * (ofWords ? words : characters);
      int other = counts[cell ^ 1];
      if (other > 0) {
        share += damped(other) * (ofWords ? characters : words);
        counts[cell ^ 1] = 0;
      }
      index[pairs] = measures.length + (cell >>> 1);
      value[pairs++] = share;
    }
    return new FeatureVector(index, value, pairs);
  }

  private static double damped(int count) {
    return count < DAMPED.length ? DAMPED[count] : 1 + StrictMath.log(count);
  }
}
