package dev.pointsman.eventlog.testing;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.concurrent.atomic.AtomicReference;

/** A clock that stands still until it is told to move; safe for use by many threads. */
public final class ManualClock implements InstantSource {

  private final AtomicReference<Instant> now;

  /** A clock that shows the given moment. */
  public ManualClock(Instant start) {
    now = new AtomicReference<>(start);
  }

  /** A clock that shows the beginning of the sample events' day. */
  public static ManualClock atStart() {
    return new ManualClock(Events.START);
  }

  @Override
  public Instant instant() {
    return now.get();
  }

  /** Moves on, or back with a negative step, and returns the new time. */
  public Instant advance(Duration step) {
    return now.updateAndGet(time -> time.plus(step));
  }

  /** Jumps to a moment. */
  public void set(Instant time) {
    now.set(time);
  }
}
