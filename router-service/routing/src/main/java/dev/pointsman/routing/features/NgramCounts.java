package dev.pointsman.routing.features;

import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;

/**
 * Counts how often each bucket was hit by words and by characters. One cell per bucket and group, so
 * that a hit costs one place in memory; a text never has more hits than a cell can count.
 *
 * <p>Counts are taken out, used and put back with all cells at 0 again. New ones per text would be
 * memory that is in no cache, and drive what else is needed out of them.
 */
final class NgramCounts {

  /** The groups. */
  static final int WORDS = 0;

  static final int CHARACTERS = 1;

  /** A run, a word and a pair of words end at the same character. */
  private static final int MOST_HITS = 3 * ConversationFeatures.LONGEST_READ;

  /** {@code 1 + ln count}, for the counts that occur. */
  private static final double[] DAMPED = new double[256];

  static {
    for (int count = 1; count < DAMPED.length; count++) {
      DAMPED[count] = 1 + StrictMath.log(count);
    }
  }

  private static final AtomicReferenceArray<@Nullable NgramCounts> SPARE =
      new AtomicReferenceArray<>(Runtime.getRuntime().availableProcessors());

  /** By bucket · 2 + group. */
  private final char[] counts = new char[2 * ConversationFeatures.BUCKETS];

  /** The cells that were hit, in the order of their first hits. */
  private final char[] cells = new char[MOST_HITS + 1];

  private int size;

  private NgramCounts() {}

  /** Counts that nobody else uses, all 0. */
  static NgramCounts take() {
    for (int at = 0; at < SPARE.length(); at++) {
      NgramCounts spare = SPARE.getAndSet(at, null);
      if (spare != null) {
        return spare;
      }
    }
    return new NgramCounts();
  }

  private void putBack() {
    size = 0;
    for (int at = 0; at < SPARE.length() && !SPARE.compareAndSet(at, null, this); at++) {}
  }

  void add(int bucket, int group) {
    int cell = bucket * 2 + group;
    int before = counts[cell];
    counts[cell] = (char) (before + 1);
    // Written always and kept only if it is the first: a branch would be guessed wrong too often.
    cells[size] = (char) cell;
    size += before == 0 ? 1 : 0;
  }

  /**
   * The measures and the counts as one vector; a bucket hit by both groups gets their sum. To be
   * called once, at the end: others may use the counts from then on.
   */
  FeatureVector vector(double[] measures) {
    double[] scale = scale();
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
      double share = damped(count) * scale[cell & 1];
      int other = counts[cell ^ 1];
      if (other > 0) {
        share += damped(other) * scale[~cell & 1];
        counts[cell ^ 1] = 0;
      }
      counts[cell] = 0;
      index[pairs] = measures.length + (cell >>> 1);
      value[pairs++] = share;
    }
    putBack();
    return new FeatureVector(index, value, pairs);
  }

  /** What makes the length of each group 1. */
  private double[] scale() {
    double[] of = {1, 0, 1};
    double words = 0;
    double characters = 0;
    for (int hit = 0; hit < size; hit++) {
      int cell = cells[hit];
      double damped = damped(counts[cell]);
      double square = damped * damped;
      // Adding 0 changes nothing and needs no branch.
      words += square * of[cell & 1];
      characters += square * of[1 + (cell & 1)];
    }
    return new double[] {
      words == 0 ? 0 : 1 / Math.sqrt(words), characters == 0 ? 0 : 1 / Math.sqrt(characters)
    };
  }

  private static double damped(int count) {
    return count < DAMPED.length ? DAMPED[count] : 1 + StrictMath.log(count);
  }
}
