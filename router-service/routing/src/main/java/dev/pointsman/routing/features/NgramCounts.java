package dev.pointsman.routing.features;

import java.util.Arrays;

/** Counts how often each bucket was hit by words and by characters; an open-addressed table. */
final class NgramCounts {

  /** {@code 1 + ln count}, for the counts that occur. */
  private static final double[] DAMPED = new double[256];

  static {
    for (int count = 1; count < DAMPED.length; count++) {
      DAMPED[count] = 1 + StrictMath.log(count);
    }
  }

  /** Keys are bucket · 2 + group, plus one: zero is an empty slot. */
  private int[] slots;

  private int[] keys;
  private int[] counts;
  private int size;

  NgramCounts(int characters) {
    int expected = Math.max(32, Math.min(3 * characters, 4096));
    slots = new int[Integer.highestOneBit(expected * 2 - 1) * 2];
    keys = new int[expected];
    counts = new int[expected];
  }

  void add(int bucket, boolean ofCharacters) {
    int key = bucket * 2 + (ofCharacters ? 1 : 0);
    int mask = slots.length - 1;
    int slot = (key * 0x9e3779b1 >>> 7) & mask;
    while (true) {
      int entry = slots[slot];
      if (entry == 0) {
        append(slot, key);
        return;
      }
      if (keys[entry - 1] == key) {
        counts[entry - 1]++;
        return;
      }
      slot = (slot + 1) & mask;
    }
  }

  private void append(int slot, int key) {
    if (size == keys.length) {
      keys = Arrays.copyOf(keys, size * 2);
      counts = Arrays.copyOf(counts, size * 2);
    }
    keys[size] = key;
    counts[size] = 1;
    slots[slot] = ++size;
    if (size * 2 > slots.length) {
      grow();
    }
  }

  private void grow() {
    slots = new int[slots.length * 2];
    int mask = slots.length - 1;
    for (int entry = 0; entry < size; entry++) {
      int slot = (keys[entry] * 0x9e3779b1 >>> 7) & mask;
      while (slots[slot] != 0) {
        slot = (slot + 1) & mask;
      }
      slots[slot] = entry + 1;
    }
  }

  /** The measures and the counts as one vector; a bucket hit by both groups gets their sum. */
  FeatureVector vector(double[] measures) {
    double[] squares = new double[2];
    for (int entry = 0; entry < size; entry++) {
      double damped = damped(counts[entry]);
      squares[keys[entry] & 1] += damped * damped;
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
    for (int entry = 0; entry < size; entry++) {
      int key = keys[entry];
      double share = damped(counts[entry]) * ((key & 1) == 0 ? words : characters);
      int other = find(key ^ 1);
      if (other < 0) {
        index[pairs] = measures.length + (key >>> 1);
        value[pairs++] = share;
      } else if (other > entry) {
        index[pairs] = measures.length + (key >>> 1);
        value[pairs++] = share + damped(counts[other]) * ((key & 1) == 0 ? characters : words);
      }
    }
    return new FeatureVector(index, value, pairs);
  }

  private int find(int key) {
    int mask = slots.length - 1;
    int slot = (key * 0x9e3779b1 >>> 7) & mask;
    while (slots[slot] != 0) {
      if (keys[slots[slot] - 1] == key) {
        return slots[slot] - 1;
      }
      slot = (slot + 1) & mask;
    }
    return -1;
  }

  private static double damped(int count) {
    return count < DAMPED.length ? DAMPED[count] : 1 + StrictMath.log(count);
  }
}
