package dev.pointsman.worlds;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/** A world's time: it starts with the first request and stands still before. Safe to share. */
public final class WorldClock {
  private final InstantSource clock;
  private final AtomicReference<@Nullable Instant> start = new AtomicReference<>();

  /** A clock that has not started. */
  public WorldClock(InstantSource clock) {
    this.clock = clock;
  }

  /** The time since the first call of this method, which starts the clock and returns zero. */
  public Duration onRequest() {
    Instant now = clock.instant();
    start.compareAndSet(null, now);
    return since(now);
  }

  /** The time since the first request, zero before it. */
  public Duration elapsed() {
    return since(clock.instant());
  }

  /** When the first request came; empty before it. */
  public Optional<Instant> startedAt() {
    return Optional.ofNullable(start.get());
  }

  private Duration since(Instant now) {
    Duration elapsed = startedAt().map(first -> Duration.between(first, now)).orElse(Duration.ZERO);
    return elapsed.isNegative() ? Duration.ZERO : elapsed;
  }
}
