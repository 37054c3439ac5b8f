package dev.pointsman.trainer;

import dev.pointsman.eventstore.EventStore;
import dev.pointsman.eventstore.LoggedDecision;
import dev.pointsman.eventstore.RewardRule;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.function.Predicate;

/**
 * The latest decisions of a function, found by looking back ever further: a busy function has enough
 * of them in its last half hour, and asking for all of its past would be slow. No stretch is read
 * twice.
 */
final class LatestDecisions {

  private static final Duration FIRST_LOOK = Duration.ofMinutes(30);
  private static final int FURTHER = 4;
  private static final Duration FURTHEST = Duration.ofDays(90);

  private LatestDecisions() {}

  /**
   * Those that are wanted, at most so many, in the order of their time.
   *
   * @param now the log cut: decisions and rewards before it
   * @param most how many at most
   */
  static List<LoggedDecision> of(
      EventStore store, RewardRule rule, Instant now, int most, Predicate<LoggedDecision> wanted) {
    return before(store, rule, now, now, most, wanted);
  }

  /**
   * The same of decisions before an earlier moment, as they are known now.
   *
   * @param to behind the last decision
   */
  static List<LoggedDecision> before(
      EventStore store,
      RewardRule rule,
      Instant to,
      Instant now,
      int most,
      Predicate<LoggedDecision> wanted) {
    List<LoggedDecision> latest = new ArrayList<>();
    Instant until = to;
    for (Duration back = FIRST_LOOK; ; back = back.multipliedBy(FURTHER)) {
      Deque<LoggedDecision> earlier = new ArrayDeque<>();
      int missing = most - latest.size();
      Instant from = to.minus(back);
      store
          .functions()
          .decisions(
              rule,
              from,
              until,
              now,
              row -> {
                if (wanted.test(row)) {
                  earlier.add(row);
                  if (earlier.size() > missing) {
                    earlier.remove();
                  }
                }
              });
      latest.addAll(0, earlier);
      if (latest.size() >= most || back.compareTo(FURTHEST) > 0) {
        return List.copyOf(latest);
      }
      until = from;
    }
  }
}
