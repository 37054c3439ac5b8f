package dev.pointsman.report;

/**
 * The answer to "keep, promote or roll back?", in one state and one sentence.
 *
 * @param state what to do
 * @param sentence why, with the figures it rests on
 */
public record Verdict(State state, String sentence) {

  /** What to do. */
  public enum State {
    /** There is not enough evidence yet. */
    LEARNING,
    /** Keep what serves now. */
    HOLD,
    /** A health check failed; nothing may be concluded until it is mended. */
    BLOCKED
  }
}
