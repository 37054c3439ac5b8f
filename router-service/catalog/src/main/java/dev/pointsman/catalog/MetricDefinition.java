package dev.pointsman.catalog;

import org.jspecify.annotations.Nullable;

/**
 * A declared feedback measure.
 *
 * @param range for a float metric the values that 0 and 1 of the reward stand for; null when unset
 */
public record MetricDefinition(
    String name,
    Type type,
    Level level,
    Direction optimize,
    @Nullable String description,
    @Nullable Range range) {

  /** The kind of values. */
  public enum Type {
    /** true or false. */
    BOOLEAN,
    /** Any number. */
    FLOAT
  }

  /** What a value is about. */
  public enum Level {
    /** One inference. */
    INFERENCE,
    /** An episode. */
    EPISODE
  }

  /** Which end is good. */
  public enum Direction {
    /** More is better. */
    MAX,
    /** Less is better. */
    MIN
  }

  /** The ends of a float metric's scale, low &lt; high. */
  public record Range(double low, double high) {}
}
