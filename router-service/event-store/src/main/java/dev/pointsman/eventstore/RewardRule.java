package dev.pointsman.eventstore;

import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * How the feedback of one metric becomes the reward of a function's decisions, a number 0..1.
 *
 * @param functionName the function
 * @param metric the metric's name; empty when the function has none, then nothing is ever rewarded
 * @param level whether a value is about one inference or a whole episode
 * @param type whether values are true and false or numbers
 * @param low the number that maps to 0; that is 0 for booleans
 * @param high the number that maps to 1; that is 1 for booleans
 * @param maximize whether more is better; if not, the reward is 1 − the mapped value
 * @param attributionWindow how long after its decision a value still counts; a decision older than
 *     this is matured
 * @param noFeedback the reward of a matured decision without any value, null to leave it unknown
 */
public record RewardRule(
    String functionName,
    String metric,
    Level level,
    Type type,
    double low,
    double high,
    boolean maximize,
    Duration attributionWindow,
    @Nullable Double noFeedback) {

  /** What a value is about. */
  public enum Level {
    /** One inference; a decision's reward is the mean over its inferences that have a value. */
    INFERENCE,
    /** The episode; it counts once per (function, episode). */
    EPISODE;

    String label() {
      return name().toLowerCase(java.util.Locale.ROOT);
    }
  }

  /** What a value is. */
  public enum Type {
    /** 1 when true, 0 when false. */
    BOOLEAN,
    /** Mapped linearly by the range; what lies outside is clipped and counted. */
    FLOAT;

    String label() {
      return name().toLowerCase(java.util.Locale.ROOT);
    }
  }

  public RewardRule {
    if (type == Type.BOOLEAN) {
      low = 0;
      high = 1;
    }
    if (!(low < high && Double.isFinite(low) && Double.isFinite(high))) {
      throw new IllegalArgumentException(
          "metric %s of %s needs a range with low < high, not [%s, %s]"
              .formatted(metric, functionName, low, high));
    }
    if (attributionWindow.isNegative()) {
      throw new IllegalArgumentException(
          "the attribution window of %s is negative: %s"
              .formatted(functionName, attributionWindow));
    }
    if (noFeedback != null && !(noFeedback >= 0 && noFeedback <= 1)) {
      throw new IllegalArgumentException(
          "no_feedback of %s must be 0..1: %s".formatted(functionName, noFeedback));
    }
  }

  /** A function whose decisions are counted but never rewarded. */
  public static RewardRule unrewarded(String functionName) {
    return new RewardRule(
        functionName, "", Level.INFERENCE, Type.BOOLEAN, 0, 1, true, Duration.ZERO, null);
  }

  /** A true-or-false metric of which true is better, unknown while no value came. */
  public static RewardRule ofBoolean(
      String functionName, String metric, Level level, Duration attributionWindow) {
    return new RewardRule(
        functionName, metric, level, Type.BOOLEAN, 0, 1, true, attributionWindow, null);
  }

  /** Where a value lies between low, 0, and high, 1; beyond these where it lies outside. */
  double scaled(double value) {
    return (value - low) / (high - low);
  }

  /**
   * The reward of a value, 0..1.
   *
   * @param value 1 for true and 0 for false; what lies outside the range is clipped
   */
  public double reward(double value) {
    double within = Math.clamp(scaled(value), 0, 1);
    return maximize ? within : 1 - within;
  }

  long windowMicros() {
    return attributionWindow.getSeconds() * 1_000_000 + attributionWindow.getNano() / 1_000;
  }

  /** What {@code unit_rewards} asks for. */
  Map<String, @Nullable Object> sqlValues(Instant asOf) {
    Map<String, @Nullable Object> values = new HashMap<>();
    values.put("function", functionName);
    values.put("metric", metric);
    values.put("level", level.label());
    values.put("type", type.label());
    values.put("low", low);
    values.put("high", high);
    values.put("maximize", maximize);
    values.put("window_us", windowMicros());
    values.put("no_feedback", noFeedback);
    values.put("as_of", asOf);
    return values;
  }

  /** What a question for the buckets that differ since an earlier refresh asks for. */
  Map<String, Object> dirtyValues(Instant before, Instant asOf, Grain grain) {
    Map<String, Object> values = new HashMap<>();
    values.put("function", functionName);
    values.put("metric", metric);
    values.put("level", level.label());
    values.put("width_us", grain.micros());
    values.put("matures", noFeedback != null && asOf.isAfter(before));
    values.put("matured_before", before);
    values.put("as_of", asOf);
    values.put("window_us", windowMicros());
    return values;
  }
}
