package dev.pointsman.trainer;

import dev.pointsman.eventstore.EventStore;
import dev.pointsman.eventstore.LoggedDecision;
import dev.pointsman.eventstore.RewardRule;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/**
 * The next decisions of a function, in the order of their time, by one who looks at each once.
 *
 * @param until where the next batch begins
 */
record DecisionBatch(List<LoggedDecision> rows, Instant until) {

  /**
   * Those of a time, the first so many of them.
   *
   * @param now the log cut of rewards
   */
  static DecisionBatch read(
      EventStore store, RewardRule rule, Instant from, Instant to, Instant now, int most) {
    Instant end = store.functions().sliceEnd(rule.functionName(), from, to, most);
    List<LoggedDecision> rows = new ArrayList<>();
    store.functions().decisions(rule, from, end, now, rows::add);
    return new DecisionBatch(rows, end);
  }
}
