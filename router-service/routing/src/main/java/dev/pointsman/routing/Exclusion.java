package dev.pointsman.routing;

import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

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

  private static final List<Level> LEVELS = List.of(Level.values());

  /** The logged form, {@code "state: circuit open"}. */
  public String text() {
    return level.name().toLowerCase(Locale.ROOT) + ": " + reason;
  }

  /**
   * The level of a logged exclusion, null for {@code ""}.
   *
   * @throws IllegalArgumentException if the text does not start with a level
   */
  static @Nullable Level levelOf(String text) {
    if (text.isEmpty()) {
      return null;
    }
    for (Level level : LEVELS) {
      String name = level.name();
      if (text.length() > name.length()
          && text.charAt(name.length()) == ':'
          && text.regionMatches(true, 0, name, 0, name.length())) {
        return level;
      }
    }
    throw new IllegalArgumentException(
        "an exclusion must be empty or start with request:, state: or soft:, but was " + text);
  }
}
