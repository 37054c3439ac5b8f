package dev.pointsman.gateway.provider;

import java.time.Duration;

/** A wait that a provider without a network makes up. */
public final class Pause {

  private Pause() {}

  /**
   * Waits for that long.
   *
   * @param by {@link System#nanoTime()} at which it gives up
   * @throws ProviderFailureException if the deadline comes first
   */
  public static void of(Duration length, long by)
      throws ProviderFailureException, InterruptedException {
    long left = by - System.nanoTime();
    Thread.sleep(Duration.ofNanos(Math.clamp(length.toNanos(), 0, Math.max(0, left))));
    if (left < length.toNanos()) {
      throw new ProviderFailureException(
          new ProviderFailure.TimedOut("the model is slower than the deadline"));
    }
  }
}
