package dev.pointsman.eventlog;

import java.time.Instant;
import java.util.Locale;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Something that explains later figures changed.
 *
 * @param kind what changed
 * @param actor who or what did it, for example {@code trainer} or {@code file watch}
 * @param functionName the function concerned, null when all are
 * @param object what exactly: a segment and variant, a generation, a configuration file
 * @param before the old state as text or JSON, null when there was none
 * @param after the new state as text or JSON, null when there is none
 * @param reason why, in a sentence
 */
public record ChangeEvent(
    UUID id,
    Instant at,
    Kind kind,
    String actor,
    @Nullable String functionName,
    String object,
    @Nullable String before,
    @Nullable String after,
    String reason)
    implements Event {

  /**
   * The object of a change of what the checks of a function's log found; its new state is {@code
   * fine}, {@code warn} or {@code block}.
   */
  public static final String LOG_CHECKS = "log checks";

  /** What begins the object of a change of a function's requests; the feature's name follows. */
  public static final String FEATURES = "features ";

  /** Cuts the time to microseconds. */
  public ChangeEvent {
    at = Event.micros(at);
  }

  /** What changed. */
  public enum Kind {
    /** A generation, a drift alarm, a roll-back. */
    POLICY,
    /** A circuit opened or closed. */
    CIRCUIT,
    /** A price. */
    PRICE,
    /** The configuration was swapped or rejected. */
    CONFIGURATION,
    /** An experiment started or stopped. */
    EXPERIMENT,
    /** A person acted. */
    AUDIT;

    private final String label = name().toLowerCase(Locale.ROOT);

    /** The stored value. */
    public String label() {
      return label;
    }
  }
}
