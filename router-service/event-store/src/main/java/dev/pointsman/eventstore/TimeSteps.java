package dev.pointsman.eventstore;

import java.time.Duration;
import java.time.Instant;

/**
 * Walks a span of time in steps that grow and shrink so that each holds a few thousand rows, however
 * busy the hour: nothing large is held, and quiet years are passed over quickly.
 */
final class TimeSteps {

  private static final Duration FIRST = Duration.ofHours(1);
  private static final Duration LONGEST = Duration.ofDays(512);
  private static final Duration SHORTEST = Duration.ofMillis(10);
  private static final long FEW = 2_000;
  private static final long MANY = 20_000;

  private TimeSteps() {}

  /** Reads the rows of [from, to) and says how many there were. */
  @FunctionalInterface
  interface Reader {
    long read(Instant from, Instant to);
  }

  /**
   * Walks from one time to another.
   *
   * @param first time of the first row
   * @param last time of the last row, which is read too
   */
  static void walk(Instant first, Instant last, Reader reader) {
    Instant end = last.plusNanos(1_000);
    Duration step = FIRST;
    Instant at = first;
    while (at.isBefore(end)) {
      Instant next = at.plus(step);
      if (next.isAfter(end)) {
        next = end;
      }
      long rows = reader.read(at, next);
      if (rows < FEW && step.compareTo(LONGEST) < 0) {
        step = step.multipliedBy(2);
      } else if (rows > MANY && step.compareTo(SHORTEST) > 0) {
        step = step.dividedBy(2);
      }
      at = next;
    }
  }
}
