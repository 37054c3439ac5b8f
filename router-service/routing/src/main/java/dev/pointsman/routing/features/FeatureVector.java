package dev.pointsman.routing.features;

/**
 * The features of one conversation: pairs of index and value, each index once. The first {@link
 * ConversationFeatures#MEASURES} pairs are the measures, in order, zero or not; hashed n-grams follow
 * in the order in which the text shows them, so that a sum over them is the same everywhere.
 */
public final class FeatureVector {

  private final int[] index;
  private final double[] value;
  private final int size;

  FeatureVector(int[] index, double[] value, int size) {
    this.index = index;
    this.value = value;
    this.size = size;
  }

  /** How many pairs there are. */
  public int size() {
    return size;
  }

  /** Index of a pair, in 0..{@link ConversationFeatures#DIMENSION} − 1. */
  public int index(int pair) {
    return index[pair];
  }

  /** Value of a pair; finite. */
  public double value(int pair) {
    return value[pair];
  }
}
