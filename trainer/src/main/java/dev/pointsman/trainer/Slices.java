package dev.pointsman.trainer;

import dev.pointsman.eventstore.EventStore;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * What one look may read, over all functions: so many decisions, and of each function no longer than
 * {@link #LONGEST}, since those of a small function are sought among those of all. Not safe for
 * concurrent use.
 */
final class Slices {

  private static final Duration LONGEST = Duration.ofDays(1);

  private final EventStore store;
  private int left;
  private boolean all = true;

  Slices(EventStore store, int most) {
    this.store = store;
    this.left = most;
  }

  /** A length, or the longest that is read at once if it is longer. */
  static Duration bounded(Duration length) {
    return length.compareTo(LONGEST) > 0 ? LONGEST : length;
  }

  /** Where a function's slice of a range ends; null when this look has read enough. */
  @Nullable Instant end(String function, Instant from, Instant to) {
    if (left <= 0) {
      all = false;
      return null;
    }
    Instant furthest = from.plus(LONGEST);
    Instant reach = to.isBefore(furthest) ? to : furthest;
    Instant end = store.functions().sliceEnd(function, from, reach, left);
    left = end.isBefore(reach) ? 0 : left;
    all &= end.equals(to);
    return end;
  }

  /** Counts what a slice held. */
  void read(int decisions) {
    left -= decisions;
  }

  /** Whether every slice reached to the end of its range. */
  boolean all() {
    return all;
  }
}
