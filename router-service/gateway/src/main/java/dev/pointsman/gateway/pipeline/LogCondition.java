package dev.pointsman.gateway.pipeline;

/** Whether the last row that had to be written was written. */
public final class LogCondition {

  private volatile boolean losing;

  void lost() {
    losing = true;
  }

  void written() {
    // The common case must not write a shared field.
    if (losing) {
      losing = false;
    }
  }

  /** Whether the log refused the last row. */
  public boolean losing() {
    return losing;
  }
}
