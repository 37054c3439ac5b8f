package dev.pointsman.gateway.snapshot;

import dev.pointsman.routing.Exclusion;
import dev.pointsman.routing.SoftRules;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * How often each variant of a function kept a caller waiting longer than {@code latency_slo}, learnt
 * from this router's own calls of the running and the last hour.
 *
 * <p>A variant is too slow while {@link SoftRules#isTooSlow} says so. With few calls nothing is said, so a variant that was left out is tried again at the latest when its slow calls are two hours
 * old. Safe for concurrent use, without a lock.
 */
public final class LatencyWatch {

  private static final long HOUR_SECONDS = 3_600;

  private final Duration objective;
  private final long objectiveMicros;
  private final Exclusion exclusion;
  private final Map<String, AtomicReference<Hour>> variants = new ConcurrentHashMap<>();

  /** The calls that ended in one hour, and those of the hour before it. */
  private record Hour(long number, LongAdder calls, LongAdder slow, @Nullable Hour before) {

    static Hour of(long number, @Nullable Hour last) {
      Hour before =
          last == null || last.number != number - 1
              ? null
              : new Hour(last.number, last.calls, last.slow, null);
      return new Hour(number, new LongAdder(), new LongAdder(), before);
    }
  }

  /**
   * Nothing seen.
   *
   * @param objective how long the first part of an answer may take, above 0
   */
  LatencyWatch(Duration objective) {
    this.objective = objective;
    this.objectiveMicros = Math.max(1, objective.toNanos() / 1_000);
    this.exclusion =
        new Exclusion(
            Exclusion.Level.SOFT,
            "latency_slo %s, often exceeded"
                .formatted(
                    objective.toMillis() % 1_000 == 0
                        ? objective.toSeconds() + "s"
                        : objective.toMillis() + "ms"));
  }

  /** How long the first part of an answer may take. */
  public Duration objective() {
    return objective;
  }

  /**
   * Takes a call that has ended.
   *
   * @param waitedMicros until the first part of a streamed answer, until the end of another one
   * @param answered whether there was an answer; a call that failed sooner than the objective says
   *     nothing about it
   */
  public void record(String variant, Instant endedAt, long waitedMicros, boolean answered) {
    boolean late = waitedMicros > objectiveMicros;
    if (!late && !answered) {
      return;
    }
    Hour hour = hour(variant, endedAt.getEpochSecond() / HOUR_SECONDS);
    hour.calls.increment();
    if (late) {
      hour.slow.increment();
    }
  }

  private Hour hour(String variant, long number) {
    AtomicReference<Hour> current = variants.get(variant);
    if (current == null) {
      // Only for a variant's first call: this one may lock.
      current =
          variants.computeIfAbsent(variant, name -> new AtomicReference<>(Hour.of(number, null)));
    }
    Hour seen = current.get();
    while (seen.number < number) {
      Hour next = Hour.of(number, seen);
      if (current.compareAndSet(seen, next)) {
        return next;
      }
      seen = current.get();
    }
    return seen;
  }

  /** Why a variant is left out now; null when it is not. */
  public @Nullable Exclusion tooSlow(String variant, Instant now) {
    AtomicReference<Hour> current = variants.get(variant);
    if (current == null) {
      return null;
    }
    // Read first, so that a call counted in between is not slow without being a call.
    long slow = sum(current.get(), now, Hour::slow);
    long calls = sum(current.get(), now, Hour::calls);
    return SoftRules.isTooSlow(Math.min(slow, calls), calls) ? exclusion : null;
  }

  /** How many calls of a variant count now. */
  long calls(String variant, Instant now) {
    AtomicReference<Hour> current = variants.get(variant);
    return current == null ? 0 : sum(current.get(), now, Hour::calls);
  }

  private static long sum(Hour newest, Instant now, Function<Hour, LongAdder> count) {
    long number = now.getEpochSecond() / HOUR_SECONDS;
    long total = 0;
    for (Hour hour = newest; hour != null; hour = hour.before) {
      total += hour.number >= number - 1 ? count.apply(hour).sum() : 0;
    }
    return total;
  }
}
