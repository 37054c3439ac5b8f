package dev.pointsman.trainer;

import dev.pointsman.analysis.offpolicy.GuardrailRule;
import dev.pointsman.eventstore.LoggedDecision;
import dev.pointsman.routing.Lane;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;

/**
 * What may not get worse whatever is gained, counted on a generation's own requests beside those of
 * the generation it is compared with:
 *
 * <ul>
 *   <li>errors: requests that nothing could answer; allowed is the other's share and one point more;
 *   <li>slow answers: slower than the other's 95th percentile; allowed are twice as many;
 *   <li>dear requests: more than twice the 95th percentile of the holdout's cost, which is the
 *       baseline's; allowed are 5 %. Both choose among the same candidates, so that says not that
 *       another one was chosen but that answers got out of hand;
 *   <li>each true-or-false metric of the function's guardrails, on the matured decisions that have a
 *       value of it: allowed is its bound, or what the other has where that is worse; for a relative
 *       bound the other's share and the bound more. Numbers are left to the ruling on both policies'
 *       log, which judges all guardrails.
 * </ul>
 */
final class LaneWatch {

  /** With fewer requests of the other a percentile says little. */
  static final int LEAST_TO_COMPARE = 100;

  private static final double MORE_ERRORS = 0.01;
  private static final double SLOW = 0.1;
  private static final double DEAR = 0.05;
  private static final double PERCENTILE = 0.95;

  private final Predicate<LoggedDecision> own;
  private final Predicate<LoggedDecision> others;
  private final Figures ownFigures = new Figures();
  private final Figures otherFigures = new Figures();
  private final Figures holdout = new Figures();
  private final Map<GuardedMetric, Values> values = new LinkedHashMap<>();

  /**
   * A watch that has seen nothing.
   *
   * @param own whether a row is a request of the one that is watched
   * @param others whether it is one of those it is compared with
   */
  LaneWatch(Predicate<LoggedDecision> own, Predicate<LoggedDecision> others) {
    this.own = own;
    this.others = others;
  }

  /** Values of a metric, and how many of them are bad. */
  private static final class Values {
    private long own;
    private double ownBad;
    private long others;
    private double othersBad;
  }

  private static final class Figures {
    private long requests;
    private long failed;
    private final ThinnedValues durations = new ThinnedValues();
    private final ThinnedValues costs = new ThinnedValues();

    void add(LoggedDecision row) {
      requests++;
      failed += row.failed() ? 1 : 0;
      Long duration = row.durationUs();
      if (duration != null) {
        durations.add(duration);
      }
      Long cost = row.costNanos();
      if (cost != null) {
        costs.add(cost);
      }
    }
  }

  void accept(LoggedDecision row) {
    if (own.test(row)) {
      ownFigures.add(row);
    } else if (others.test(row)) {
      otherFigures.add(row);
    }
    if (row.lane().equals(Lane.HOLDOUT.label())) {
      holdout.add(row);
    }
  }

  /**
   * Takes a value of a guarded metric.
   *
   * @param row a matured decision
   * @param reward the metric's, 0..1
   */
  void accept(GuardedMetric metric, LoggedDecision row, double reward) {
    if (!metric.isCounted()) {
      return;
    }
    Values seen = values.computeIfAbsent(metric, m -> new Values());
    if (own.test(row)) {
      seen.own++;
      seen.ownBad += 1 - reward;
    } else if (others.test(row)) {
      seen.others++;
      seen.othersBad += 1 - reward;
    }
  }

  /** Those that can be judged: none before the one that is watched has served. */
  List<Guardrail> guardrails() {
    List<Guardrail> guardrails = new ArrayList<>();
    if (ownFigures.requests == 0) {
      return guardrails;
    }
    if (otherFigures.requests >= LEAST_TO_COMPARE) {
      guardrails.add(
          new Guardrail.Counted(
              "errors",
              ownFigures.requests,
              ownFigures.failed,
              Math.min(1, (double) otherFigures.failed / otherFigures.requests + MORE_ERRORS)));
    }
    add(guardrails, "slow answers", ownFigures.durations, otherFigures.durations, 1, SLOW);
    add(guardrails, "dear requests", ownFigures.costs, holdout.costs, 2, DEAR);
    values.forEach((metric, seen) -> add(guardrails, metric, seen));
    return guardrails;
  }

  private static void add(List<Guardrail> guardrails, GuardedMetric metric, Values seen) {
    if (seen.own == 0 || seen.others < LEAST_TO_COMPARE) {
      return;
    }
    GuardrailRule rule = metric.rule();
    double others = seen.othersBad / seen.others;
    double most =
        switch (rule.limit()) {
          case ABSOLUTE -> Math.max(rule.maximize() ? 1 - rule.bound() : rule.bound(), others);
          case WORSE_BY -> others + rule.bound();
        };
    guardrails.add(
        new Guardrail.Counted(
            rule.maximize() ? "without " + rule.metric() : rule.metric(),
            seen.own,
            Math.round(seen.ownBad),
            Math.min(1, most)));
  }

  private static void add(
      List<Guardrail> guardrails,
      String name,
      ThinnedValues values,
      ThinnedValues reference,
      int times,
      double most) {
    long[] kept = values.kept();
    long[] sorted = reference.kept();
    if (kept.length == 0 || sorted.length < LEAST_TO_COMPARE) {
      return;
    }
    Arrays.sort(sorted);
    long limit = times * sorted[(int) Math.ceil(PERCENTILE * sorted.length) - 1];
    long above = Arrays.stream(kept).filter(value -> value > limit).count();
    guardrails.add(new Guardrail.Counted(name, kept.length, above, most));
  }

  /** Values in order, at most so many: when there are more, every second one is let go. */
  private static final class ThinnedValues {
    private static final int MOST = 1 << 16;
    private long[] values = new long[256];
    private int count;
    private int step = 1;
    private long seen;

    void add(long value) {
      if (seen++ % step != 0) {
        return;
      }
      if (count == MOST) {
        count = MOST / 2;
        for (int at = 0; at < count; at++) {
          values[at] = values[2 * at];
        }
        step *= 2;
      }
      if (count == values.length) {
        values = Arrays.copyOf(values, 2 * count);
      }
      values[count++] = value;
    }

    long[] kept() {
      return Arrays.copyOf(values, count);
    }
  }
}
