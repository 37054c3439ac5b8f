package dev.pointsman.routing.features;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Linear models of several outputs over one feature space, kept so that the weights of all outputs of
 * an index lie side by side: a feature is looked up once, not once per output.
 *
 * <pre>  score(o) = intercept(o) + Σ over features i of weight(i, o) · value(i)</pre>
 *
 * <p>What an output means, a log-odds or a logarithm of tokens, is its owner's business. Values are
 * unchangeable and may be shared by threads.
 */
public final class LinearScorer {

  private static final ModelBytes BYTES =
      new ModelBytes(0x504d4c53, "a linear scorer", 1, 17); // PMLS
  private static final int MOST_OUTPUTS = 256; // of a quarter megabyte each

  private final List<String> outputs;
  private final double[] intercepts;

  /** By index one weight per output; the same row wherever all are 0. */
  private final double[][] rows;

  private LinearScorer(List<String> outputs, double[] intercepts, double[][] rows) {
    this.outputs = outputs;
    this.intercepts = intercepts;
    this.rows = rows;
  }

  /**
   * A scorer of finished weights.
   *
   * @param outputs names of the outputs, each once
   * @param intercepts one per output
   * @param weights {@link ConversationFeatures#DIMENSION} rows of one weight per output, row by row
   * @throws IllegalArgumentException if lengths do not fit, a name comes twice, or a number is not
   *     finite
   */
  public static LinearScorer of(List<String> outputs, double[] intercepts, double[] weights) {
    int k = outputs.size();
    if (k == 0 || k > MOST_OUTPUTS || outputs.stream().distinct().count() != k) {
      throw new IllegalArgumentException(
          "outputs must name one to %d outputs, each once: %s".formatted(MOST_OUTPUTS, outputs));
    }
    if (intercepts.length != k || weights.length != k * ConversationFeatures.DIMENSION) {
      throw new IllegalArgumentException(
          "%d outputs need %d intercepts and %d weights: %d and %d"
              .formatted(
                  k, k, k * ConversationFeatures.DIMENSION, intercepts.length, weights.length));
    }
    requireFinite(intercepts, "intercept");
    requireFinite(weights, "weight");
    double[] zero = new double[k];
    double[][] rows = new double[ConversationFeatures.DIMENSION][];
    Arrays.setAll(
        rows,
        row ->
            Arrays.equals(weights, row * k, row * k + k, zero, 0, k)
                ? zero
                : Arrays.copyOfRange(weights, row * k, row * k + k));
    return new LinearScorer(List.copyOf(outputs), intercepts.clone(), rows);
  }

  /**
   * Two scorers as one, whose scores are those of the first and then those of the second. Their weights
   * of an index lie side by side, so that both cost one walk over the features and not two. Not to be
   * encoded: outputs may share names.
   */
  static LinearScorer together(LinearScorer first, LinearScorer second) {
    int k = first.intercepts.length;
    int all = k + second.intercepts.length;
    double[] intercepts = Arrays.copyOf(first.intercepts, all);
    System.arraycopy(second.intercepts, 0, intercepts, k, all - k);
    double[] zero = new double[all];
    double[][] rows = new double[ConversationFeatures.DIMENSION][];
    for (int row = 0; row < rows.length; row++) {
      rows[row] = zero;
      if (!first.isZero(row) || !second.isZero(row)) {
        rows[row] = Arrays.copyOf(first.rows[row], all);
        System.arraycopy(second.rows[row], 0, rows[row], k, all - k);
      }
    }
    List<String> outputs = new ArrayList<>(first.outputs);
    outputs.addAll(second.outputs);
    return new LinearScorer(List.copyOf(outputs), intercepts, rows);
  }

  /** Names of the outputs, in the order of the scores. */
  public List<String> outputs() {
    return outputs;
  }

  /** The scores of a conversation, one per output. */
  public double[] scores(FeatureVector features) {
    double[] scores = intercepts.clone();
    add(features, scores);
    return scores;
  }

  private void add(FeatureVector features, double[] scores) {
    int size = features.size();
    int pair = 0;
    for (; pair + 4 <= size; pair += 4) {
      addFour(
          scores,
          features.value(pair),
          rows[features.index(pair)],
          features.value(pair + 1),
          rows[features.index(pair + 1)],
          features.value(pair + 2),
          rows[features.index(pair + 2)],
          features.value(pair + 3),
          rows[features.index(pair + 3)]);
    }
    for (; pair < size; pair++) {
      double value = features.value(pair);
      double[] row = rows[features.index(pair)];
      for (int output = 0; output < scores.length; output++) {
        scores[output] += row[output] * value;
      }
    }
  }

  /**
   * Four pairs in one pass, added in their order. One index walks all arrays: the compiler makes vector
   * instructions of that, and not of one array with an offset.
   */
  private static void addFour(
      double[] scores,
      double v0,
      double[] w0,
      double v1,
      double[] w1,
      double v2,
      double[] w2,
      double v3,
      double[] w3) {
    for (int o = 0; o < scores.length; o++) {
      scores[o] = scores[o] + w0[o] * v0 + w1[o] * v1 + w2[o] * v2 + w3[o] * v3;
    }
  }

  /**
   * The scorer as bytes, for a revision: big-endian {@code magic, format, feature version, outputs,
   * names, intercepts, number of rows that are not all zero, these rows with their index, CRC-32C}.
   * Equal scorers have equal bytes.
   */
  public byte[] encode() {
    int k = outputs.size();
    List<byte[]> names = outputs.stream().map(ModelBytes::name).toList();
    int length = 4 + 1 + 4 + 4 + 8 * k + 4 + 4;
    for (byte[] name : names) {
      length += name.length;
    }
    int told = 0;
    for (int row = 0; row < ConversationFeatures.DIMENSION; row++) {
      told += isZero(row) ? 0 : 1;
    }
    ByteBuffer out = BYTES.begin(BYTES.newest(), length + told * (4 + 8 * k));
    out.putInt(ConversationFeatures.VERSION).putInt(k);
    names.forEach(out::put);
    for (double intercept : intercepts) {
      out.putDouble(intercept);
    }
    out.putInt(told);
    for (int row = 0; row < ConversationFeatures.DIMENSION; row++) {
      if (!isZero(row)) {
        out.putInt(row);
        for (int output = 0; output < k; output++) {
          out.putDouble(rows[row][output]);
        }
      }
    }
    return ModelBytes.end(out);
  }

  /**
   * Reads {@link #encode()} back.
   *
   * @throws IllegalArgumentException if the bytes are broken, or from another format or feature
   *     version; with what is wrong
   */
  public static LinearScorer decode(byte[] bytes) {
    ByteBuffer in = BYTES.open(bytes);
    int version = in.getInt();
    BYTES.require(
        version == ConversationFeatures.VERSION,
        "it was trained on feature version %d, this version extracts %d: train it again"
            .formatted(version, ConversationFeatures.VERSION));
    int k = in.getInt();
    BYTES.require(k > 0 && k <= MOST_OUTPUTS, "it has %d outputs".formatted(k));
    List<String> outputs = new ArrayList<>();
    for (int output = 0; output < k; output++) {
      outputs.add(BYTES.name(in));
    }
    BYTES.require(outputs.stream().distinct().count() == k, "an output comes twice: " + outputs);
    BYTES.require(in.remaining() >= 8 * k + 4, "its intercepts are cut");
    double[] intercepts = new double[k];
    for (int output = 0; output < k; output++) {
      intercepts[output] = in.getDouble();
    }
    int rows = in.getInt();
    BYTES.require(
        rows >= 0 && in.remaining() == (long) rows * (4 + 8 * k),
        "%d rows do not fit into the %d bytes that are left".formatted(rows, in.remaining()));
    double[] weights = new double[k * ConversationFeatures.DIMENSION];
    int last = -1;
    for (int i = 0; i < rows; i++) {
      int row = in.getInt();
      BYTES.require(
          row > last && row < ConversationFeatures.DIMENSION,
          "row %d follows row %d".formatted(row, last));
      last = row;
      for (int output = 0; output < k; output++) {
        weights[row * k + output] = in.getDouble();
      }
    }
    return of(outputs, intercepts, weights);
  }

  private boolean isZero(int row) {
    int k = outputs.size();
    for (int output = 0; output < k; output++) {
      if (rows[row][output] != 0) {
        return false;
      }
    }
    return true;
  }

  private static void requireFinite(double[] numbers, String what) {
    for (double number : numbers) {
      if (!Double.isFinite(number)) {
        throw new IllegalArgumentException("a %s is not finite: %s".formatted(what, number));
      }
    }
  }
}
