package dev.pointsman.routing;

import java.util.Locale;

/** A part of the main stratum's traffic, by how the arm is chosen in it. */
public enum Lane {
  /** Every eligible arm alike. */
  UNIFORM,
  /** Always the baseline; only while the baseline is eligible. */
  HOLDOUT,
  /** The serving policy. */
  POLICY,
  /** The challenger, while one runs. */
  CANARY,
  /** All the traffic of a function that draws as TensorZero does. */
  STATIC;

  private final String label = name().toLowerCase(Locale.ROOT);

  /** The value stored in the log, for example {@code holdout}. */
  public String label() {
    return label;
  }
}
