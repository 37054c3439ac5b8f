package dev.pointsman.analysis.offpolicy;

/**
 * What a metric may not become, whatever else is gained.
 *
 * <p>Values are judged as rewards, 0..1 and the more the better: a value v of a metric with the scale
 * [low, high] is (v − low)/(high − low), and 1 minus that where less is better.
 *
 * @param metric its name
 * @param low the value at one end of the metric's scale, 0 for true and false
 * @param high the value at the other end, 1 for true and false
 * @param maximize whether more of it is better
 * @param limit what {@code bound} limits
 * @param bound in the metric's own units; for {@link Limit#WORSE_BY} above 0
 */
public record GuardrailRule(
    String metric, double low, double high, boolean maximize, Limit limit, double bound) {

  /** What a bound limits. */
  public enum Limit {
    /** The challenger's mean, from the bad end. */
    ABSOLUTE,
    /** How much worse than that of what serves it may be. */
    WORSE_BY
  }

  public GuardrailRule {
    if (!(low < high) || !Double.isFinite(low) || !Double.isFinite(high)) {
      throw new IllegalArgumentException(
          "guardrail %s needs a scale with low < high: [%s, %s]".formatted(metric, low, high));
    }
    boolean possible =
        switch (limit) {
          case ABSOLUTE -> bound >= low && bound <= high;
          case WORSE_BY -> bound > 0 && bound <= high - low;
        };
    if (!possible) {
      throw new IllegalArgumentException(
          "guardrail %s cannot be reached on the scale [%s, %s]: %s %s"
              .formatted(metric, low, high, limit, bound));
    }
  }

  /** The least reward that an absolute bound allows, 0..1. */
  double leastReward() {
    double scaled = (bound - low) / (high - low);
    return maximize ? scaled : 1 - scaled;
  }

  /** The greatest loss of reward that a relative bound allows, above 0. */
  double mostLoss() {
    return bound / (high - low);
  }

  /** A reward in the metric's own units. */
  public double value(double reward) {
    return low + (maximize ? reward : 1 - reward) * (high - low);
  }
}
