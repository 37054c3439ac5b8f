package dev.pointsman.routing.features;

import java.util.Base64;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * The direction of a prompt's embedding, small enough to be kept with its decision: at most {@value
 * #MOST_DIMENSIONS} whole numbers from −127 to 127. Length is dropped, since neighbours are found by
 * the angle between vectors.
 *
 * <p>A longer embedding is projected: each of the {@value #MOST_DIMENSIONS} numbers is the sum of all
 * components, each with a sign of its own that is fixed for ever (a random projection with signs,
 * Achlioptas, 2003). It keeps the cosine of two vectors within about 1/√{@value #MOST_DIMENSIONS} =
 * 0.09. Then the largest number becomes 127, and the others are rounded.
 *
 * <p>Vectors of different spaces, which is to say of different embedding models, are never compared.
 */
public final class PromptVector {

  /** Numbers that are kept. */
  public static final int MOST_DIMENSIONS = 128;

  /** A longer embedding is no model's that we know. */
  public static final int MOST_COMPONENTS = 16_384;

  private static final int LARGEST = 127;
  private static final int MOST_PROJECTIONS = 8;
  private static final long SEED = 0x506f696e74736d61L;

  /** Signs by the length of the embeddings; few lengths come, and those of an odd model are not kept. */
  private static final ConcurrentHashMap<Integer, float[][]> PROJECTIONS =
      new ConcurrentHashMap<>();

  private final String space;
  private final byte[] values;

  private PromptVector(String space, byte[] values) {
    this.space = space;
    this.values = values;
  }

  /**
   * The direction of an embedding.
   *
   * @param space names what the embedding came from; without a colon
   * @param embedding as the model gave it
   * @return null for a vector of zeros, which has no direction
   * @throws IllegalArgumentException if it is empty, longer than {@value #MOST_COMPONENTS}, or a
   *     number in it is not finite
   */
  public static @Nullable PromptVector of(String space, float[] embedding) {
    requireSpace(space);
    if (embedding.length == 0 || embedding.length > MOST_COMPONENTS) {
      throw new IllegalArgumentException(
          "an embedding must have 1 to %d numbers, but has %d"
              .formatted(MOST_COMPONENTS, embedding.length));
    }
    double largest = largest(embedding);
    if (!Double.isFinite(largest)) {
      throw new IllegalArgumentException("an embedding must consist of finite numbers");
    }
    if (largest == 0) {
      return null;
    }
    float[] scaled = new float[embedding.length];
    for (int i = 0; i < scaled.length; i++) {
      scaled[i] = (float) (embedding[i] / largest); // so that no sum overflows
    }
    float[] kept = scaled.length <= MOST_DIMENSIONS ? scaled : projected(scaled);
    double top = largest(kept);
    if (top == 0) {
      return null;
    }
    byte[] values = new byte[kept.length];
    for (int i = 0; i < values.length; i++) {
      values[i] = (byte) Math.round(LARGEST * kept[i] / top);
    }
    return new PromptVector(space, values);
  }

  private static double largest(float[] numbers) {
    double largest = 0;
    for (float number : numbers) {
      largest = Math.max(largest, Math.abs((double) number)); // NaN stays
    }
    return largest;
  }

  private static float[] projected(float[] components) {
    float[][] signs = PROJECTIONS.get(components.length);
    if (signs == null) {
      signs = signs(components.length);
      if (PROJECTIONS.size() < MOST_PROJECTIONS) {
        PROJECTIONS.put(components.length, signs);
      }
    }
    float[] sums = new float[MOST_DIMENSIONS];
    int i = 0;
    for (; i + 4 <= components.length; i += 4) {
      addFour(sums, components, i, signs);
    }
    for (; i < components.length; i++) {
      float component = components[i];
      float[] own = signs[i];
      for (int j = 0; j < MOST_DIMENSIONS; j++) {
        sums[j] += own[j] * component;
      }
    }
    return sums;
  }

  /** Four components in one pass, added in their order: the bits are those of four passes. */
  private static void addFour(float[] sums, float[] components, int first, float[][] signs) {
    float c0 = components[first];
    float c1 = components[first + 1];
    float c2 = components[first + 2];
    float c3 = components[first + 3];
    float[] s0 = signs[first];
    float[] s1 = signs[first + 1];
    float[] s2 = signs[first + 2];
    float[] s3 = signs[first + 3];
    for (int j = 0; j < MOST_DIMENSIONS; j++) {
      sums[j] = sums[j] + s0[j] * c0 + s1[j] * c1 + s2[j] * c2 + s3[j] * c3;
    }
  }

  /** {@value #MOST_DIMENSIONS} per component, from SplitMix64 (Steele et al., 2014). */
  private static float[][] signs(int components) {
    float[][] signs = new float[components][MOST_DIMENSIONS];
    long state = SEED;
    for (int word = 0; word < components * MOST_DIMENSIONS / Long.SIZE; word++) {
      float[] own = signs[word * Long.SIZE / MOST_DIMENSIONS];
      int at = word * Long.SIZE % MOST_DIMENSIONS;
      state += 0x9e3779b97f4a7c15L;
      long bits = state;
      bits = (bits ^ (bits >>> 30)) * 0xbf58476d1ce4e5b9L;
      bits = (bits ^ (bits >>> 27)) * 0x94d049bb133111ebL;
      bits ^= bits >>> 31;
      for (int bit = 0; bit < Long.SIZE; bit++) {
        own[at + bit] = (bits >>> bit & 1) == 0 ? 1 : -1;
      }
    }
    return signs;
  }

  /** Of finished numbers, for a model's rows. */
  static PromptVector ofValues(String space, byte[] values) {
    requireSpace(space);
    if (values.length == 0 || values.length > MOST_DIMENSIONS) {
      throw new IllegalArgumentException(
          "a prompt's vector must have 1 to %d numbers, but has %d"
              .formatted(MOST_DIMENSIONS, values.length));
    }
    for (byte value : values) {
      if (value != 0) {
        return new PromptVector(space, values);
      }
    }
    throw new IllegalArgumentException("a prompt's vector must not consist of zeros");
  }

  private static void requireSpace(String space) {
    if (space.isEmpty() || space.indexOf(':') >= 0) {
      throw new IllegalArgumentException("a space needs a name without a colon: " + space);
    }
  }

  /**
   * Reads {@link #toText()} back.
   *
   * @throws IllegalArgumentException if it is no such text
   */
  public static PromptVector parse(String text) {
    int colon = text.indexOf(':');
    if (colon < 0) {
      throw new IllegalArgumentException("a prompt's vector is written space:numbers in base64");
    }
    return ofValues(
        text.substring(0, colon), Base64.getDecoder().decode(text.substring(colon + 1)));
  }

  /** As it is kept: the space, a colon, and the numbers, a byte each, in base64. */
  public String toText() {
    return space + ":" + Base64.getEncoder().encodeToString(values);
  }

  /** What it came from. */
  public String space() {
    return space;
  }

  /** How many numbers it has. */
  public int dimension() {
    return values.length;
  }

  byte[] values() {
    return values;
  }

  /** The same direction of length 1. */
  float[] unit() {
    long squares = 0;
    for (byte value : values) {
      squares += value * value;
    }
    double length = Math.sqrt(squares);
    float[] unit = new float[values.length];
    for (int i = 0; i < unit.length; i++) {
      unit[i] = (float) (values[i] / length);
    }
    return unit;
  }

  /** Never the numbers: they say something of the text. */
  @Override
  public String toString() {
    return "PromptVector[%d numbers of %s]".formatted(values.length, space);
  }
}
