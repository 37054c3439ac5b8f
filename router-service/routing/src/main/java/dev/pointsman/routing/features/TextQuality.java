package dev.pointsman.routing.features;

import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.zip.CRC32C;

/**
 * How far the quality of each variant on one conversation lies from the mean of its segment, by what
 * the conversation's text says; what a router adds to that mean.
 *
 * <pre>  shift(v) = weight · curve_v(score_v(features))</pre>
 *
 * <p>The score is linear, the curve of each variant calibrates it, and the weight says how much the
 * text is believed: 0.5 is the average of the segment mean and of the mean moved all the way.
 * Immutable; equal models have equal bytes and an equal id.
 */
public final class TextQuality implements ConversationModel {

  private static final int MAGIC = 0x504d5451; // PMTQ
  private static final byte FORMAT = 1;
  private static final int MOST_KNOTS = 1_000;

  private final String id;
  private final byte[] bytes;
  private final LinearScorer scorer;
  private final List<RisingCurve> curves;
  private final double weight;

  private TextQuality(byte[] bytes, LinearScorer scorer, List<RisingCurve> curves, double weight) {
    this.id = idOf(bytes);
    this.bytes = bytes;
    this.scorer = scorer;
    this.curves = curves;
    this.weight = weight;
  }

  /**
   * A finished model.
   *
   * @param curves one per output of the scorer
   * @param weight 0..1
   * @throws IllegalArgumentException if these do not fit
   */
  public static TextQuality of(LinearScorer scorer, List<RisingCurve> curves, double weight) {
    checkFit(scorer, curves, weight);
    return new TextQuality(encode(scorer, curves, weight), scorer, List.copyOf(curves), weight);
  }

  private static void checkFit(LinearScorer scorer, List<RisingCurve> curves, double weight) {
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
    return scorer.outputs();
  }

  /** How much the text is believed, 0..1. */
  @Override
  public double weight() {
    return weight;
  }

  /**
   * The shifts of a conversation, points of quality.
   *
   * @param outputs as {@link #outputsOf} gave them
   * @return one per entry; 0 for a variant it does not know
   */
  public double[] shifts(FeatureVector features, int[] outputs) {
    double[] scores = scorer.scores(features);
    double[] shifts = new double[outputs.length];
    for (int arm = 0; arm < shifts.length; arm++) {
      int output = outputs[arm];
      shifts[arm] = output < 0 ? 0 : weight * curves.get(output).of(scores[output]);
    }
    return shifts;
  }

  /**
   * The model as bytes: big-endian {@code magic, format, weight, number of curves, per curve the number of
   * knots and each knot's place and value, the scorer, CRC-32C}.
   */
  @Override
  public byte[] encode() {
    return bytes.clone();
  }

  private static byte[] encode(LinearScorer scorer, List<RisingCurve> curves, double weight) {
    byte[] scores = scorer.encode();
    int length = 4 + 1 + 8 + 4 + scores.length + 4;
    for (RisingCurve curve : curves) {
      length += 4 + 16 * curve.size();
    }
    ByteBuffer out = ByteBuffer.allocate(length).putInt(MAGIC).put(FORMAT).putDouble(weight);
    out.putInt(curves.size());
    for (RisingCurve curve : curves) {
      out.putInt(curve.size());
      for (int knot = 0; knot < curve.size(); knot++) {
        out.putDouble(curve.at(knot)).putDouble(curve.value(knot));
      }
    }
    out.put(scores);
    out.putInt(checksum(out.array(), out.position()));
    return out.array();
  }

  /**
   * Reads {@link #encode()} back.
   *
   * @throws IllegalArgumentException if the bytes are broken, or from another format or feature
   *     version; with what is wrong
   */
  public static TextQuality decode(byte[] bytes) {
    ByteBuffer in = ByteBuffer.wrap(bytes.clone());
    require(bytes.length >= 21 && in.getInt() == MAGIC, "it does not begin like one");
    byte format = in.get();
    require(format == FORMAT, "its format is %d, this version reads %d".formatted(format, FORMAT));
    require(
        checksum(bytes, bytes.length - 4) == in.getInt(bytes.length - 4),
        "its checksum does not fit: it was cut or changed");
    in.limit(bytes.length - 4);
    double weight = in.getDouble();
    List<RisingCurve> curves = new ArrayList<>();
    int size = in.getInt();
    for (int curve = 0; curve < size; curve++) {
      require(in.remaining() >= 4, "its curves are cut");
      int count = in.getInt();
      require(
          count > 0 && count <= MOST_KNOTS && 16 * count <= in.remaining(),
          "a curve has %d knots".formatted(count));
      double[] at = new double[count];
      double[] value = new double[count];
      for (int knot = 0; knot < count; knot++) {
        at[knot] = in.getDouble();
        value[knot] = in.getDouble();
      }
      curves.add(RisingCurve.of(at, value));
    }
    byte[] scores = new byte[in.remaining()];
    in.get(scores);
    LinearScorer scorer = LinearScorer.decode(scores);
    checkFit(scorer, curves, weight);
    return new TextQuality(bytes.clone(), scorer, List.copyOf(curves), weight);
  }

  private static String idOf(byte[] bytes) {
    try {
      byte[] digest = MessageDigest.getInstance("SHA-256").digest(bytes);
      return "text-" + HexFormat.of().formatHex(digest, 0, 8);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }

  private static int checksum(byte[] bytes, int length) {
    CRC32C sum = new CRC32C();
    sum.update(bytes, 0, length);
    return (int) sum.getValue();
  }

  private static void require(boolean fits, String otherwise) {
    if (!fits) {
      throw new IllegalArgumentException("not a text model: " + otherwise);
    }
  }

  @Override
  public String toString() {
    return "TextQuality[%s, %d variants]".formatted(id, curves.size());
  }
}
