package dev.pointsman.gateway.attempt;

import java.util.concurrent.atomic.AtomicReference;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Whether a deployment may be called. Opens when at least half of at least 20 calls within the last
 * 30 to 60 seconds failed, or 5 in a row; 30 seconds later one call may try (half open): its success
 * closes the circuit, its failure opens it for another 30 seconds. Without a lock: the whole state is
 * one record.
 */
final class Circuit {

  static final int LEAST_CALLS = 20;
  static final int IN_A_ROW = 5;
  private static final long BUCKET_NANOS = 30_000_000_000L;
  private static final long OPEN_NANOS = 30_000_000_000L;

  /** What a circuit is. */
  enum Phase {
    CLOSED("closed"),
    OPEN("open"),
    HALF_OPEN("half_open");

    final String label;

    Phase(String label) {
      this.label = label;
    }
  }

  /** Told of every change of phase, on the thread that caused it. */
  interface Listener {
    void changed(Phase before, Phase after, String reason);
  }

  private record State(
      Phase phase,
      long since,
      int inARow,
      long bucketStart,
      int calls,
      int failures,
      int earlierCalls,
      int earlierFailures) {

    static State closed(long now) {
      return new State(Phase.CLOSED, now, 0, now, 0, 0, 0, 0);
    }

    State with(Phase next, long now) {
      return new State(next, now, 0, now, 0, 0, 0, 0);
    }

    State counted(boolean failed, long now) {
      long age = now - bucketStart;
      boolean roll = age >= BUCKET_NANOS;
      boolean old = age >= 2 * BUCKET_NANOS;
      return new State(
          phase,
          since,
          failed ? inARow + 1 : 0,
          roll ? now : bucketStart,
          (roll ? 0 : calls) + 1,
          (roll ? 0 : failures) + (failed ? 1 : 0),
          old ? 0 : roll ? calls : earlierCalls,
          old ? 0 : roll ? failures : earlierFailures);
    }

    boolean tooManyFailures() {
      int allCalls = calls + earlierCalls;
      int allFailures = failures + earlierFailures;
      return inARow >= IN_A_ROW || (allCalls >= LEAST_CALLS && 2 * allFailures >= allCalls);
    }
  }

  private final LongSupplier nanoClock;
  private final Listener listener;
  private final AtomicReference<State> state;

  Circuit(LongSupplier nanoClock, Listener listener) {
    this.nanoClock = nanoClock;
    this.listener = listener;
    this.state = new AtomicReference<>(State.closed(nanoClock.getAsLong()));
  }

  /** Whether a call might be let through now; nothing changes by asking. */
  boolean mayServe() {
    State now = state.get();
    return switch (now.phase) {
      case CLOSED -> true;
      case HALF_OPEN, OPEN -> nanoClock.getAsLong() - now.since >= OPEN_NANOS;
    };
  }

  /**
   * Asks for one call. A caller that gets a phase must report {@link #succeeded}, {@link #failed} or
   * {@link #abandoned}.
   *
   * @return the phase the call is made in, null when it must not be made
   */
  @Nullable Phase permit() {
    while (true) {
      State now = state.get();
      if (now.phase == Phase.CLOSED) {
        return Phase.CLOSED;
      }
      long time = nanoClock.getAsLong();
      if (time - now.since < OPEN_NANOS) {
        return null;
      }
      // A probe that never reported back is replaced after the same time.
      if (state.compareAndSet(now, now.with(Phase.HALF_OPEN, time))) {
        if (now.phase == Phase.OPEN) {
          listener.changed(Phase.OPEN, Phase.HALF_OPEN, "30 s have passed: one call may try");
        }
        return Phase.HALF_OPEN;
      }
    }
  }

  void succeeded(Phase asked) {
    while (true) {
      State now = state.get();
      long time = nanoClock.getAsLong();
      if (now.phase == Phase.CLOSED) {
        if (state.compareAndSet(now, now.counted(false, time))) {
          return;
        }
      } else if (asked != Phase.HALF_OPEN) {
        return;
      } else if (state.compareAndSet(now, State.closed(time))) {
        listener.changed(now.phase, Phase.CLOSED, "the probe succeeded");
        return;
      }
    }
  }

  void failed(Phase asked, String errorClass) {
    while (true) {
      State now = state.get();
      long time = nanoClock.getAsLong();
      if (now.phase == Phase.CLOSED) {
        State next = now.counted(true, time);
        boolean open = next.tooManyFailures();
        if (state.compareAndSet(now, open ? next.with(Phase.OPEN, time) : next)) {
          if (open) {
            listener.changed(
                Phase.CLOSED, Phase.OPEN, "too many failures, the last one " + errorClass);
          }
          return;
        }
      } else if (asked != Phase.HALF_OPEN) {
        return;
      } else if (state.compareAndSet(now, now.with(Phase.OPEN, time))) {
        listener.changed(now.phase, Phase.OPEN, "the probe failed: " + errorClass);
        return;
      }
    }
  }

  /** The call said nothing about the deployment's health; another one may probe at once. */
  void abandoned(Phase asked) {
    State now = state.get();
    if (asked == Phase.HALF_OPEN && now.phase == Phase.HALF_OPEN) {
      long longAgo = nanoClock.getAsLong() - OPEN_NANOS;
      state.compareAndSet(now, now.with(Phase.HALF_OPEN, longAgo));
    }
  }

  Phase phase() {
    return state.get().phase;
  }
}
