package dev.pointsman.trainer;

import java.time.Duration;

/**
 * How a challenger is let in.
 *
 * @param mode who takes the steps
 * @param margin how much quality may be lost, in points of 0..1
 * @param canary the challenger's share of the traffic while it is tried, above 0 and below ¼
 * @param leastTime how long a stage lasts at least; the attribution window, so that every stage is
 *     seen by feedback that has matured
 */
public record GateSettings(Mode mode, double margin, double canary, Duration leastTime) {

  /** Who takes the steps. */
  public enum Mode {
    /** A person promotes; the gate says when, and goes back by itself. */
    MANUAL,
    /** The gate. */
    AUTO
  }

  public GateSettings {
    if (!(margin >= 0 && margin <= 1)) {
      throw new IllegalArgumentException("margin must lie in 0..1: " + margin);
    }
    if (!(canary > 0 && canary < PromotionGate.FIRST_RAMP)) {
      throw new IllegalArgumentException(
          "canary must be above 0 and below %s: %s".formatted(PromotionGate.FIRST_RAMP, canary));
    }
    if (leastTime.isNegative()) {
      throw new IllegalArgumentException("least time must not be negative: " + leastTime);
    }
  }
}
