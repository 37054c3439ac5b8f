package dev.pointsman.routing.features;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How far the quality of each variant on one conversation lies from the mean of its segment, by what
 * the conversation's text says; what a router adds to that mean.
 *
 * <pre>  shift(v) = weight · curve_v(score_v(features))</pre>
 *
 * <p>The score is linear, the curve of each variant calibrates it, and the weight says how much the
 * text is believed: 0.5 is the average of the segment mean and of the mean moved all the way. Where the
 * text also foretells how long answers get, the model carries that along, see {@link TextTokens}.
 * Immutable; equal models have equal bytes and an equal id.
 */
public final class TextQuality implements ConversationModel {

  /** Without a word on tokens, as it was before there was one. */
  private static final int QUALITY_ALONE = 1;

  private static final int WITH_TOKENS = 2;

  static final ModelBytes BYTES =
      new ModelBytes(0x504d5451, "a text model", WITH_TOKENS, 21); // PMTQ
  private static final double[] NOTHING = {};

  private final String id;
  private final byte[] bytes;
  private final List<String> variants;

  /** Of quality, and after it of tokens where it says something of them: one walk for both. */
  private final LinearScorer scorer;

  private final List<RisingCurve> curves;
  private final double weight;
  private final TextTokens.@Nullable Factors factors;

  private TextQuality(
      byte[] bytes,
      LinearScorer scorer,
      List<RisingCurve> curves,
      double weight,
      @Nullable TextTokens tokens) {
    this.id = ModelBytes.id("text-", bytes);
    this.bytes = bytes;
    this.variants = scorer.outputs();
    this.scorer = tokens == null ? scorer : LinearScorer.together(scorer, tokens.scorer());
    this.curves = List.copyOf(curves);
    this.weight = weight;
    this.factors = tokens == null ? null : tokens.factors();
  }

  /** A finished model that says nothing of tokens. */
  public static TextQuality of(LinearScorer scorer, List<RisingCurve> curves, double weight) {
    return of(scorer, curves, weight, null);
  }

  /**
   * A finished model.
   *
   * @param curves one per output of the scorer
   * @param weight 0..1
   * @param tokens of the same variants; null where the segment's mean is all that is known of them
   * @throws IllegalArgumentException if these do not fit
   */
  public static TextQuality of(
      LinearScorer scorer, List<RisingCurve> curves, double weight, @Nullable TextTokens tokens) {
    checkFit(scorer, curves, weight, tokens);
    return new TextQuality(encode(scorer, curves, weight, tokens), scorer, curves, weight, tokens);
  }

  private static void checkFit(
      LinearScorer scorer, List<RisingCurve> curves, double weight, @Nullable TextTokens tokens) {
    if (tokens != null && !tokens.variants().equals(scorer.outputs())) {
      throw new IllegalArgumentException(
          "quality and tokens must be of the same variants: %s and %s"
              .formatted(scorer.outputs(), tokens.variants()));
    }
    if (curves.size() != scorer.outputs().size() || !(weight >= 0 && weight <= 1)) {
      throw new IllegalArgumentException(
          "one curve per variant and a weight from 0 to 1 are needed: %d variants, %d curves, %s"
              .formatted(scorer.outputs().size(), curves.size(), weight));
    }
  }

  /** {@code text-} and 16 hex digits of the bytes' SHA-256. */
  @Override
  public String id() {
    return id;
  }

  /** The variants it knows. */
  @Override
  public List<String> variants() {
    return variants;
  }

  /** How much the text is believed, 0..1. */
  @Override
  public double weight() {
    return weight;
  }

  @Override
  public boolean tells() {
    return weight > 0 || factors != null;
  }

  /**
   * How much the text is believed about the tokens of a variant, 0..1; 0 where the segment's mean is
   * all that is known.
   */
  public double tokenWeight(String variant) {
    int output = variants.indexOf(variant);
    return factors == null || output < 0 ? 0 : factors.weights()[output];
  }

  /**
   * What it says of a conversation: by how many points of quality each candidate is better, and what its
   * output tokens are as a factor of the mean of its segment.
   *
   * @param outputs as {@link #outputsOf} gave them
   * @return a shift of 0 and a factor of 1 for a variant it does not know; no factors where the model
   *     says nothing of tokens
   */
  public TextForecast forecast(FeatureVector features, int[] outputs) {
    double[] scores = scorer.scores(features);
    double[] shifts = new double[outputs.length];
    for (int arm = 0; arm < shifts.length; arm++) {
      int output = outputs[arm];
      shifts[arm] = output < 0 ? 0 : weight * curves.get(output).of(scores[output]);
    }
    return new TextForecast(
        shifts, factors == null ? NOTHING : factors.of(scores, curves.size(), outputs));
  }

  /**
   * The model as bytes: big-endian {@code magic, format, weight, number of curves, per curve the number of
   * knots and each knot's place and value, the scorer, CRC-32C}; in the second format, for models that
   * say something of tokens, the length of the scorer before it and after it the same for tokens,
   * with a weight before each curve.
   */
  @Override
  public byte[] encode() {
    return bytes.clone();
  }

  private static byte[] encode(
      LinearScorer scorer, List<RisingCurve> curves, double weight, @Nullable TextTokens tokens) {
    byte[] scores = scorer.encode();
    byte[] ofTokens = tokens == null ? new byte[0] : tokens.encode();
    int length = 4 + 1 + 8 + 4 + scores.length + 4 + (tokens == null ? 0 : 4 + ofTokens.length);
    for (RisingCurve curve : curves) {
      length += curve.encodedLength();
    }
    ByteBuffer out = BYTES.begin(tokens == null ? QUALITY_ALONE : WITH_TOKENS, length);
    out.putDouble(weight);
    out.putInt(curves.size());
    curves.forEach(curve -> curve.writeTo(out));
    if (tokens != null) {
      out.putInt(scores.length);
    }
    out.put(scores).put(ofTokens);
    return ModelBytes.end(out);
  }

  /**
   * Reads {@link #encode()} back.
   *
   * @throws IllegalArgumentException if the bytes are broken, or from another format or feature
   *     version; with what is wrong
   */
  public static TextQuality decode(byte[] bytes) {
    ByteBuffer in = BYTES.open(bytes);
    byte format = bytes[4];
    double weight = in.getDouble();
    List<RisingCurve> curves = new ArrayList<>();
    int size = in.getInt();
    for (int curve = 0; curve < size; curve++) {
      curves.add(curve(in));
    }
    BYTES.require(format == QUALITY_ALONE || in.remaining() >= 4, "its scores are cut");
    int length = format == WITH_TOKENS ? in.getInt() : in.remaining();
    BYTES.require(length >= 0 && length <= in.remaining(), "its scores are cut");
    byte[] scores = new byte[length];
    in.get(scores);
    LinearScorer scorer = LinearScorer.decode(scores);
    TextTokens tokens = format == WITH_TOKENS ? TextTokens.decode(in) : null;
    checkFit(scorer, curves, weight, tokens);
    return new TextQuality(bytes.clone(), scorer, curves, weight, tokens);
  }

  static RisingCurve curve(ByteBuffer in) {
    try {
      return RisingCurve.read(in);
    } catch (IllegalArgumentException broken) {
      throw new IllegalArgumentException("not a text model: " + broken.getMessage(), broken);
    }
  }

  @Override
  public String toString() {
    return "TextQuality[%s, %d variants]".formatted(id, curves.size());
  }
}
