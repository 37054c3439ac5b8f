package dev.pointsman.routing.features;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How far the quality of each variant on one prompt lies from the mean of its segment, by what came of
 * prompts with a similar embedding: k nearest neighbours, weighted by their cosine and shrunk to the
 * mean.
 *
 * <pre>  q_a = (Σ w_i·q_i + c·mean_a) / (Σ w_i + c)        over the k nearest decisions for a, w_i = max(0, cos)
 *  shift(a) = weight · (q_a − mean_a) = weight · Σ w_i·residual_i / (Σ w_i + c)</pre>
 *
 * <p>Each variant has neighbours of its own, those decisions that it served, since of one decision only
 * the outcome of the variant that served is known. The residual of a neighbour is its reward minus the
 * mean of its own segment, which is the formula's q_i − mean_a where all lie in one segment. Given the
 * prompt and its segment, who served was drawn by chance, so that no row needs a weight by its
 * propensity.
 *
 * <p>Every neighbour is looked at: the vectors lie number by number, so that one pass adds to the
 * cosines of all rows at once, and the order of additions, and with it every bit of the result, is the
 * same on every machine. Immutable; equal models have equal bytes and an equal id.
 */
public final class NeighbourQuality implements ConversationModel {

  /** What its id begins with. */
  public static final String ID_PREFIX = "knn-";

  static final ModelBytes BYTES =
      new ModelBytes(0x504d4e51, "a model of neighbours", 1, 41); // PMNQ
  private static final int MOST_VARIANTS = 256;
  private static final int MOST_ROWS = 100_000;

  private final String id;
  private final byte[] bytes;
  private final Settings settings;
  private final List<String> variants;

  /** Where the rows of each variant begin, and where the last ones end. */
  private final int[] begin;

  /**
   * By variant and number of the vector, that number of each of its rows: arrays that are walked by one
   * index, which the compiler makes vector instructions of.
   */
  private final float[][][] directions;

  private final float[] residuals;

  /**
   * How neighbours are asked.
   *
   * @param space the space of the vectors
   * @param dimension numbers per vector
   * @param nearest k, at least 1
   * @param pseudoCounts c, what the mean counts for, above 0
   * @param weight how much they are believed, 0..1
   */
  public record Settings(
      String space, int dimension, int nearest, double pseudoCounts, double weight) {

    /** Checks the bounds. */
    public Settings {
      if (nearest < 1
          || !(pseudoCounts > 0 && pseudoCounts < Double.POSITIVE_INFINITY)
          || !(weight >= 0 && weight <= 1)
          || dimension < 1
          || dimension > PromptVector.MOST_DIMENSIONS) {
        throw new IllegalArgumentException(
            "k must be >= 1, c > 0, the weight from 0 to 1 and the dimension from 1 to %d: %d, %s, %s and %d"
                .formatted(PromptVector.MOST_DIMENSIONS, nearest, pseudoCounts, weight, dimension));
      }
    }
  }

  /**
   * One decision that may be a neighbour.
   *
   * @param variant the variant that served, an index
   * @param residual its reward minus the mean of its segment, −1..1
   */
  public record Row(PromptVector vector, int variant, double residual) {}

  /**
   * The nearest rows of a variant.
   *
   * @param weights their cosines, the greatest first; those below 0 as 0
   * @param residuals theirs
   */
  @SuppressWarnings("ArrayRecordComponent") // read once; never compared
  public record Nearest(double[] weights, double[] residuals) {

    /** Σ w·residual / (Σ w + c) over the first k. */
    public double shift(int k, double pseudoCounts) {
      double sum = 0;
      double weight = pseudoCounts;
      for (int i = 0; i < Math.min(k, weights.length); i++) {
        sum += weights[i] * residuals[i];
        weight += weights[i];
      }
      return sum / weight;
    }
  }

  private NeighbourQuality(
      byte[] bytes, Settings settings, List<String> variants, List<Row> sorted) {
    this.id = ModelBytes.id(ID_PREFIX, bytes);
    this.bytes = bytes;
    this.settings = settings;
    this.variants = variants;
    int rows = sorted.size();
    this.begin = new int[variants.size() + 1];
    this.residuals = new float[rows];
    for (int row = 0; row < rows; row++) {
      begin[sorted.get(row).variant() + 1]++;
      residuals[row] = (float) sorted.get(row).residual();
    }
    this.directions = new float[variants.size()][][];
    for (int variant = 0; variant < variants.size(); variant++) {
      directions[variant] = new float[settings.dimension()][begin[variant + 1]];
      begin[variant + 1] += begin[variant];
    }
    for (int row = 0; row < rows; row++) {
      Row one = sorted.get(row);
      float[] unit = one.vector().unit();
      for (int number = 0; number < unit.length; number++) {
        directions[one.variant()][number][row - begin[one.variant()]] = unit[number];
      }
    }
  }

  /**
   * A finished model.
   *
   * @param variants names of the variants, each once
   * @param rows in the order of their time; those of one space and dimension
   * @throws IllegalArgumentException if these do not fit
   */
  public static NeighbourQuality of(Settings settings, List<String> variants, List<Row> rows) {
    if (variants.isEmpty()
        || variants.size() > MOST_VARIANTS
        || variants.stream().distinct().count() != variants.size()) {
      throw new IllegalArgumentException(
          "variants must name one to %d variants, each once: %s"
              .formatted(MOST_VARIANTS, variants));
    }
    if (rows.size() > MOST_ROWS) {
      throw new IllegalArgumentException(
          "at most %d rows may be neighbours: %d".formatted(MOST_ROWS, rows.size()));
    }
    List<List<Row>> byVariant = new ArrayList<>();
    variants.forEach(variant -> byVariant.add(new ArrayList<>()));
    for (Row row : rows) {
      if (row.variant() < 0
          || row.variant() >= variants.size()
          || !row.vector().space().equals(settings.space())
          || row.vector().dimension() != settings.dimension()
          || !(Math.abs(row.residual()) <= 1)) {
        throw new IllegalArgumentException(
            "a row must have a vector of the model's space, one of its %d variants and a residual from -1 to 1: %s"
                .formatted(variants.size(), row));
      }
      byVariant.get(row.variant()).add(row);
    }
    List<Row> sorted = byVariant.stream().flatMap(List::stream).toList();
    List<String> names = List.copyOf(variants);
    return new NeighbourQuality(encode(settings, names, sorted), settings, names, sorted);
  }

  @Override
  public String id() {
    return id;
  }

  @Override
  public List<String> variants() {
    return variants;
  }

  @Override
  public double weight() {
    return settings.weight();
  }

  /** How neighbours are asked. */
  public Settings settings() {
    return settings;
  }

  /** How many decisions may be neighbours. */
  public int size() {
    return residuals.length;
  }

  /**
   * The shifts of a prompt, points of quality.
   *
   * @param outputs as {@link #outputsOf} gave them
   * @return one per entry, 0 for a variant it does not know; null where the vector is of another space
   */
  public double @Nullable [] shifts(PromptVector vector, int[] outputs) {
    if (!fits(vector)) {
      return null;
    }
    double[] shifts = new double[outputs.length];
    for (int arm = 0; arm < shifts.length; arm++) {
      int output = outputs[arm];
      shifts[arm] =
          output < 0 || settings.weight() == 0
              ? 0
              : settings.weight()
                  * nearest(vector, output, settings.nearest())
                      .shift(settings.nearest(), settings.pseudoCounts());
    }
    return shifts;
  }

  /** Whether a vector can be compared with the rows. */
  public boolean fits(PromptVector vector) {
    return vector.space().equals(settings.space()) && vector.dimension() == settings.dimension();
  }

  /**
   * The nearest rows of a variant; of equally near ones the earlier first.
   *
   * @param vector one that {@link #fits}
   * @param variant an index
   * @param most how many at most
   */
  public Nearest nearest(PromptVector vector, int variant, int most) {
    int from = begin[variant];
    int size = begin[variant + 1] - from;
    float[][] own = directions[variant];
    float[] cosines = new float[size];
    float[] unit = vector.unit();
    int number = 0;
    for (; number + 4 <= unit.length; number += 4) {
      addFour(
          cosines,
          unit[number],
          own[number],
          unit[number + 1],
          own[number + 1],
          unit[number + 2],
          own[number + 2],
          unit[number + 3],
          own[number + 3]);
    }
    for (; number < unit.length; number++) {
      float factor = unit[number];
      float[] numbers = own[number];
      for (int row = 0; row < size; row++) {
        cosines[row] += factor * numbers[row];
      }
    }
    int taken = Math.min(most, size);
    long[] keys = greatest(cosines, taken);
    double[] weights = new double[taken];
    double[] theirs = new double[taken];
    for (int i = 0; i < taken; i++) {
      long key = keys[keys.length - 1 - i];
      weights[i] = Float.intBitsToFloat((int) (key >>> 32));
      theirs[i] = residuals[from + ~(int) key];
    }
    return new Nearest(weights, theirs);
  }

  /** Four numbers in one pass, added in their order: the bits are those of four passes. */
  private static void addFour(
      float[] cosines,
      float f0,
      float[] d0,
      float f1,
      float[] d1,
      float f2,
      float[] d2,
      float f3,
      float[] d3) {
    for (int row = 0; row < cosines.length; row++) {
      cosines[row] = cosines[row] + f0 * d0[row] + f1 * d1[row] + f2 * d2[row] + f3 * d3[row];
    }
  }

  /**
   * The greatest cosines with their rows, the greatest last. A cosine that is not negative sorts like
   * its bits; the row below it makes every key another, and the earlier of equal ones the greater. What
   * is not above the last that would be taken is passed over, which after a few rows is nearly all.
   */
  private static long[] greatest(float[] cosines, int count) {
    long[] kept = new long[2 * count];
    int size = 0;
    float least = Float.NEGATIVE_INFINITY;
    for (int row = 0; row < cosines.length && count > 0; row++) {
      if (cosines[row] > least) {
        kept[size++] =
            (long) Float.floatToIntBits(Math.max(0, cosines[row])) << 32 | ~row & 0xffffffffL;
        if (size == kept.length) {
          greatestLast(kept, count);
          System.arraycopy(kept, count, kept, 0, count);
          size = count;
          long last = Long.MAX_VALUE;
          for (int at = 0; at < count; at++) {
            last = Math.min(last, kept[at]);
          }
          least = Float.intBitsToFloat((int) (last >>> 32));
        }
      }
    }
    Arrays.sort(kept, 0, size);
    return Arrays.copyOfRange(kept, size - count, size);
  }

  /** Moves the greatest so many keys to the end, in any order, by quickselect (Hoare, 1961). */
  private static void greatestLast(long[] keys, int count) {
    int wanted = keys.length - count;
    int low = 0;
    int high = keys.length - 1;
    while (low < high && wanted > low && wanted <= high) {
      long pivot = middle(keys[low], keys[(low + high) >>> 1], keys[high]);
      int i = low;
      int j = high;
      while (i <= j) {
        while (keys[i] < pivot) {
          i++;
        }
        while (keys[j] > pivot) {
          j--;
        }
        if (i <= j) {
          long key = keys[i];
          keys[i++] = keys[j];
          keys[j--] = key;
        }
      }
      if (wanted <= j) {
        high = j;
      } else if (wanted >= i) {
        low = i;
      } else {
        return;
      }
    }
  }

  private static long middle(long a, long b, long c) {
    return Math.max(Math.min(a, b), Math.min(Math.max(a, b), c));
  }

  /**
   * The model as bytes: big-endian {@code magic, format, k, c, weight, space, dimension, number of
   * variants, their names, how many rows each has, the rows (their numbers, then the residual),
   * CRC-32C}.
   */
  @Override
  public byte[] encode() {
    return bytes.clone();
  }

  private static byte[] encode(Settings settings, List<String> variants, List<Row> sorted) {
    byte[] space = ModelBytes.name(settings.space());
    List<byte[]> names = variants.stream().map(ModelBytes::name).toList();
    int length = 4 + 1 + 4 + 8 + 8 + space.length + 4 + 4 + 4 * variants.size() + 4;
    for (byte[] name : names) {
      length += name.length;
    }
    length += sorted.size() * (settings.dimension() + 4);
    ByteBuffer out = BYTES.begin(BYTES.newest(), length).putInt(settings.nearest());
    out.putDouble(settings.pseudoCounts()).putDouble(settings.weight()).put(space);
    out.putInt(settings.dimension()).putInt(variants.size());
    names.forEach(out::put);
    int[] counts = new int[variants.size()];
    sorted.forEach(row -> counts[row.variant()]++);
    for (int count : counts) {
      out.putInt(count);
    }
    for (Row row : sorted) {
      out.put(row.vector().values()).putFloat((float) row.residual());
    }
    return ModelBytes.end(out);
  }

  /**
   * Reads {@link #encode()} back.
   *
   * @throws IllegalArgumentException if the bytes are broken, or of another format; with what is wrong
   */
  public static NeighbourQuality decode(byte[] bytes) {
    ByteBuffer in = BYTES.open(bytes);
    int nearest = in.getInt();
    double pseudoCounts = in.getDouble();
    double weight = in.getDouble();
    String space = BYTES.name(in);
    BYTES.require(in.remaining() >= 8, "its head is cut");
    Settings settings = new Settings(space, in.getInt(), nearest, pseudoCounts, weight);
    int size = in.getInt();
    BYTES.require(size > 0 && size <= MOST_VARIANTS, "it has %d variants".formatted(size));
    List<String> variants = new ArrayList<>();
    for (int variant = 0; variant < size; variant++) {
      variants.add(BYTES.name(in));
    }
    BYTES.require(in.remaining() >= 4 * size, "its counts are cut");
    int[] counts = new int[size];
    long rows = 0;
    for (int variant = 0; variant < size; variant++) {
      counts[variant] = in.getInt();
      BYTES.require(counts[variant] >= 0, "a variant has %d rows".formatted(counts[variant]));
      rows += counts[variant];
    }
    BYTES.require(
        rows <= MOST_ROWS && in.remaining() == rows * (settings.dimension() + 4),
        "%d rows do not fit into the %d bytes that are left".formatted(rows, in.remaining()));
    List<Row> read = new ArrayList<>((int) rows);
    for (int variant = 0; variant < size; variant++) {
      for (int row = 0; row < counts[variant]; row++) {
        byte[] values = new byte[settings.dimension()];
        in.get(values);
        read.add(new Row(PromptVector.ofValues(space, values), variant, in.getFloat()));
      }
    }
    return of(settings, variants, read);
  }

  @Override
  public String toString() {
    return "NeighbourQuality[%s, %d variants, %d rows]"
        .formatted(id, variants.size(), residuals.length);
  }
}
