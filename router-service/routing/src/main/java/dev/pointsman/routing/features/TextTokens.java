package dev.pointsman.routing.features;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * How many output tokens each variant will take on one conversation, by what its text says, as a
 * factor of the mean of its segment; what a router multiplies that mean by.
 *
 * <pre>  factor(v) = 1 + weight(v) · curve_v(score_v(features)),   at least 0</pre>
 *
 * <p>The score is linear in the logarithm of tokens; the curve of each variant turns it back into the
 * mean of (tokens / mean of the segment − 1), which a logarithm alone would miss by the spread of the
 * rest (Duan, 1983, smearing). A variant of weight 0 keeps the mean of its segment. Dollars are not
 * learnt: they come from today's prices. Immutable.
 */
public final class TextTokens {

  private final LinearScorer scorer;
  private final Factors factors;

  /**
   * How scores become factors.
   *
   * @param curves one per output
   * @param weights one per output
   */
  @SuppressWarnings("ArrayRecordComponent") // internal, never compared
  record Factors(List<RisingCurve> curves, double[] weights) {

    /**
     * The factors of a conversation.
     *
     * @param scores those of tokens begin at {@code from}
     * @param outputs indices of the variants, −1 for one it does not know
     * @return one per entry; 1 for a variant it does not know
     */
    double[] of(double[] scores, int from, int[] outputs) {
      double[] result = new double[outputs.length];
      for (int arm = 0; arm < result.length; arm++) {
        int output = outputs[arm];
        result[arm] =
            output < 0 || weights[output] == 0
                ? 1
                : 1 + weights[output] * curves.get(output).of(scores[from + output]);
      }
      return result;
    }
  }

  private TextTokens(LinearScorer scorer, Factors factors) {
    this.scorer = scorer;
    this.factors = factors;
  }

  /**
   * A finished model.
   *
   * @param curves one per output of the scorer, no value below −1
   * @param weights one per output, each 0..1
   * @throws IllegalArgumentException if these do not fit
   */
  public static TextTokens of(LinearScorer scorer, List<RisingCurve> curves, double[] weights) {
    int k = scorer.outputs().size();
    if (curves.size() != k || weights.length != k) {
      throw new IllegalArgumentException(
          "one curve and one weight per variant are needed: %d variants, %d curves, %d weights"
              .formatted(k, curves.size(), weights.length));
    }
    for (int output = 0; output < k; output++) {
      if (!(weights[output] >= 0 && weights[output] <= 1)) {
        throw new IllegalArgumentException(
            "a weight must be from 0 to 1: %s".formatted(weights[output]));
      }
      if (!(curves.get(output).value(0) >= -1)) {
        throw new IllegalArgumentException(
            "no answer has fewer than 0 tokens, but a curve begins at %s"
                .formatted(curves.get(output).value(0)));
      }
    }
    return new TextTokens(scorer, new Factors(List.copyOf(curves), weights.clone()));
  }

  /** The variants it knows. */
  public List<String> variants() {
    return scorer.outputs();
  }

  LinearScorer scorer() {
    return scorer;
  }

  Factors factors() {
    return factors;
  }

  /** Big-endian: per output its weight, number of knots, each knot's place and value; the scorer. */
  byte[] encode() {
    byte[] scores = scorer.encode();
    List<RisingCurve> curves = factors.curves();
    int length = 4 + scores.length;
    for (RisingCurve curve : curves) {
      length += 8 + curve.encodedLength();
    }
    ByteBuffer out = ByteBuffer.allocate(length).putInt(curves.size());
    for (int output = 0; output < curves.size(); output++) {
      out.putDouble(factors.weights()[output]);
      curves.get(output).writeTo(out);
    }
    out.put(scores);
    return out.array();
  }

  /**
   * Reads {@link #encode()} back.
   *
   * @throws IllegalArgumentException if the bytes do not fit; with what is wrong
   */
  static TextTokens decode(ByteBuffer in) {
    TextQuality.BYTES.require(in.remaining() >= 4, "the number of its token curves is cut");
    int k = in.getInt();
    TextQuality.BYTES.require(
        k > 0 && 12L * k <= in.remaining(), "it has %d token curves".formatted(k));
    double[] weights = new double[k];
    List<RisingCurve> curves = new ArrayList<>();
    for (int output = 0; output < k; output++) {
      TextQuality.BYTES.require(in.remaining() >= 8, "its token curves are cut");
      weights[output] = in.getDouble();
      curves.add(TextQuality.curve(in));
    }
    byte[] scores = new byte[in.remaining()];
    in.get(scores);
    return of(LinearScorer.decode(scores), curves, weights);
  }

  @Override
  public String toString() {
    return "TextTokens[%s, weights %s]"
        .formatted(scorer.outputs(), Arrays.toString(factors.weights()));
  }
}
