package dev.pointsman.trainer;

import dev.pointsman.analysis.offpolicy.Difference;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * Where a challenger stands.
 *
 * @param stage the stage
 * @param share the share of the main stratum's policy traffic that the challenger serves, 0..1
 * @param since when the stage, or the share, was entered
 * @param frozen whether a person has stopped all steps forward; going back is still possible
 * @param forecast Δquality when the ramp began, to be compared with what came; null before
 * @param reason why it stands there, in a sentence
 */
public record GateState(
    Stage stage,
    double share,
    Instant since,
    boolean frozen,
    @Nullable Difference forecast,
    String reason) {

  /** Stages in order; the last two are final. */
  public enum Stage {
    /** Its decisions are computed and logged, and never served. */
    SHADOW,
    /** Enough of them have matured to be judged. */
    EVALUATION,
    /** It serves a small share. */
    CANARY,
    /** It serves a quarter, then half. */
    RAMP,
    /** It serves. */
    PROMOTED,
    /** It was dropped. */
    ROLLED_BACK;

    /** Whether nothing more happens. */
    public boolean isFinal() {
      return this == PROMOTED || this == ROLLED_BACK;
    }
  }

  /** A challenger that was just registered. */
  public static GateState shadow(Instant now) {
    return new GateState(Stage.SHADOW, 0, now, false, null, "registered as a challenger");
  }

  GateState to(Stage next, double nextShare, Instant now, String why) {
    return new GateState(next, nextShare, now, frozen, forecast, why);
  }

  GateState withForecast(Difference difference) {
    return new GateState(stage, share, since, frozen, difference, reason);
  }

  GateState withFrozen(boolean stopped, String why) {
    return new GateState(stage, share, since, stopped, forecast, why);
  }
}
