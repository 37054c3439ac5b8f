package dev.pointsman.report;

/**
 * One thing that must be right before a verdict may be drawn.
 *
 * @param name a word, for example {@code allocation}
 * @param state how it stands
 * @param sentence what was found, with figures
 */
public record HealthCheck(String name, State state, String sentence) {

  /** How a check stands. */
  public enum State {
    /** Nothing to see. */
    OK,
    /** Look at it. */
    WATCH,
    /** No verdict until it is mended. */
    BLOCKED
  }
}
