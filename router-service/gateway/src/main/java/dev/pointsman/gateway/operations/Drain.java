package dev.pointsman.gateway.operations;

/** Whether this router is about to stop: it finishes what it has and takes nothing new. */
public final class Drain {

  private volatile boolean begun;

  /** Begins; there is no way back. */
  public void begin() {
    begun = true;
  }

  /** Whether it has begun. */
  public boolean begun() {
    return begun;
  }
}
