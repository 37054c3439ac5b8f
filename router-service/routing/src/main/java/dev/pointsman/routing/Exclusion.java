package dev.pointsman.routing;

/**
 * Why a candidate may not be chosen for one request.
 *
 * @param level how hard the exclusion is
 * @param reason a few words, for example {@code circuit open}
 */
public record Exclusion(Level level, String reason) {

  /** How hard an exclusion is; the labels start the logged text. */
  public enum Level {
    /** The request itself rules the variant out: context length, tools, the caller's list. */
    REQUEST,
    /** The variant cannot serve now: circuit open, budget spent. */
    STATE,
    /** A preference: minimum quality, latency objective. Dropped when it would leave nothing. */
    SOFT
  }

  /** The logged form, {@code "state: circuit open"}. */
  public String text() {
    return level.name().toLowerCase(java.util.Locale.ROOT) + ": " + reason;
  }
}
