package dev.pointsman.routing.features;

import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * A function that never falls: straight between its knots, constant outside of them. What an isotonic
 * regression gives, and what a raw score is read through.
 */
public final class RisingCurve {

  private static final int MOST_KNOTS = 1_000;

  /** Zero everywhere. */
  public static final RisingCurve ZERO = new RisingCurve(new double[] {0}, new double[] {0});

  private final double[] at;
  private final double[] value;

  private RisingCurve(double[] at, double[] value) {
    this.at = at;
    this.value = value;
  }

  /**
   * A curve through some knots.
   *
   * @param at where, each above the one before
   * @param value the value there, none below the one before
   * @throws IllegalArgumentException if there is none, the lengths differ, the order is another, or a
   *     number is not finite
   */
  public static RisingCurve of(double[] at, double[] value) {
    boolean rising = at.length > 0 && at.length == value.length;
    for (int knot = 0; rising && knot < at.length; knot++) {
      rising =
          Double.isFinite(at[knot])
              && Double.isFinite(value[knot])
              && (knot == 0 || (at[knot] > at[knot - 1] && value[knot] >= value[knot - 1]));
    }
    if (!rising) {
      throw new IllegalArgumentException(
          "a curve needs finite knots in order whose values never fall: %s and %s"
              .formatted(Arrays.toString(at), Arrays.toString(value)));
    }
    return new RisingCurve(at.clone(), value.clone());
  }

  /** How many knots there are. */
  public int size() {
    return at.length;
  }

  /** Where a knot is. */
  public double at(int knot) {
    return at[knot];
  }

  /** The value of a knot. */
  public double value(int knot) {
    return value[knot];
  }

  /** How many bytes {@link #writeTo} writes. */
  int encodedLength() {
    return 4 + 16 * at.length;
  }

  /** Writes the number of knots, and each knot's place and value. */
  void writeTo(ByteBuffer out) {
    out.putInt(at.length);
    for (int knot = 0; knot < at.length; knot++) {
      out.putDouble(at[knot]).putDouble(value[knot]);
    }
  }

  /**
   * Reads what {@link #writeTo} wrote.
   *
   * @throws IllegalArgumentException if it is cut or no curve; with what is wrong
   */
  static RisingCurve read(ByteBuffer in) {
    int count = in.remaining() < 4 ? 0 : in.getInt();
    if (count < 1 || count > MOST_KNOTS || 16 * count > in.remaining()) {
      throw new IllegalArgumentException(
          "a curve has %d knots in the %d bytes that are left".formatted(count, in.remaining()));
    }
    double[] at = new double[count];
    double[] value = new double[count];
    for (int knot = 0; knot < count; knot++) {
      at[knot] = in.getDouble();
      value[knot] = in.getDouble();
    }
    return of(at, value);
  }

  /** The value anywhere. */
  public double of(double x) {
    if (!(x > at[0])) {
      return value[0];
    }
    int last = at.length - 1;
    if (x >= at[last]) {
      return value[last];
    }
    int above = 1;
    while (at[above] < x) {
      above++;
    }
    double share = (x - at[above - 1]) / (at[above] - at[above - 1]);
    return value[above - 1] + share * (value[above] - value[above - 1]);
  }
}
