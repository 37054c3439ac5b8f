package dev.pointsman.eventstore;

import java.time.Duration;
import java.time.Instant;

/** The lengths of the buckets that sums are kept in; aligned to 1970 UTC. */
enum Grain {
  TEN_SECONDS(10),
  MINUTE(60),
  HOUR(3_600),
  DAY(86_400);

  private final long seconds;

  Grain(long seconds) {
    this.seconds = seconds;
  }

  Duration length() {
    return Duration.ofSeconds(seconds);
  }

  long micros() {
    return seconds * 1_000_000;
  }

  /** The start of the bucket that holds a time. */
  Instant floor(Instant time) {
    return startOf(indexOf(time));
  }

  /** The first start of a bucket that is not before a time. */
  Instant ceil(Instant time) {
    Instant floor = floor(time);
    return floor.equals(time) ? floor : floor.plusSeconds(seconds);
  }

  /** The number of the bucket that holds a time, counted from 1970. */
  long indexOf(Instant time) {
    return Math.floorDiv(time.getEpochSecond(), seconds);
  }

  /** The start of the bucket of that number. */
  Instant startOf(long index) {
    return Instant.ofEpochSecond(index * seconds);
  }
}
