package dev.pointsman.analysis.offpolicy;

import dev.pointsman.analysis.AllocationTest;
import dev.pointsman.analysis.AllocationTest.Outcome;
import dev.pointsman.analysis.AsymptoticConfidenceSequence;
import dev.pointsman.analysis.BernoulliGlr;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.apache.commons.math3.stat.StatUtils;

/**
 * What is examined about a log of matured decisions, in order of decision. All tests are
 * always-valid: they may be looked at again with every new decision.
 *
 * <ul>
 *   <li><b>allocation</b>: arms are chosen as often as their propensities say.
 *   <li><b>lanes</b>: lanes are drawn as often as their shares say.
 *   <li><b>feedback</b>: whether feedback comes does not depend on the arm. If so, the decisions with
 *       feedback chose their arms by the logged propensities too, whatever the rate is in each
 *       segment and hour; so this is the test of allocation among those, exact without any estimate
 *       of a rate. It also sees feedback that comes too late.
 *   <li><b>rewards</b>: the mean reward of an arm in a segment is the same from the first to the last
 *       row, by {@link BernoulliGlr}; a model that was changed moves it. And all of them together are,
 *       by the sum S of what rewards are above the mean of their cell: a judge that was changed moves
 *       all alike. With n_c(t) of n_c rows of cell c before t and σ_c² their variance, the statistic is
 *       S²/(2·Σ_c σ_c²·n_c(t)·(n_c − n_c(t))/n_c), against the same threshold.
 *   <li><b>uniform</b> and <b>holdout</b>: the self-test. The off-policy value of the uniform policy
 *       and of the baseline, from the policy lane, against what their own lanes measured.
 * </ul>
 */
public final class LogChecks {

  /** The change tests of all cells together raise a false alarm with at most this chance. */
  private static final double CHANGE_FALSE_ALARM = 0.002;

  /** A sum of rewards with less variance is not near enough to normal. */
  private static final double LEAST_VARIANCE = 5;

  private static final String POLICY = "policy";

  private LogChecks() {}

  /**
   * All checks.
   *
   * @param arms the arms' names
   * @param log in order of decision
   * @param baseline index of the arm of the holdout lane, −1 when there is none
   */
  public static List<LogCheck> of(List<String> arms, List<PairedDecision> log, int baseline) {
    List<LogCheck> checks = new ArrayList<>();
    checks.add(allocation(arms, log));
    checks.add(lanes(log));
    checks.add(feedback(arms, log));
    checks.add(rewards(arms, log));
    checks.add(selfTest("uniform", "the uniform slice", log, row -> uniform(row)));
    if (baseline >= 0) {
      checks.add(selfTest("holdout", "the holdout", log, row -> only(row, baseline)));
    }
    return checks;
  }

  static LogCheck allocation(List<String> arms, List<PairedDecision> log) {
    AllocationTest.Result[] results = byArm(arms.size(), log);
    int worst = worst(results);
    Outcome outcome = worst < 0 ? Outcome.FINE : results[worst].outcome();
    return new LogCheck(
        "allocation",
        outcome,
        outcome == Outcome.FINE
            ? "variants are chosen as often as their propensities say"
            : String.format(
                Locale.ROOT,
                "%s is not chosen as often as its propensity says (always-valid p = %.2g)",
                arms.get(worst),
                results[worst].p()));
  }

  static LogCheck lanes(List<PairedDecision> log) {
    Map<String, AllocationTest> tests = new TreeMap<>();
    for (PairedDecision row : log) {
      row.laneShares().keySet().forEach(lane -> tests.putIfAbsent(lane, new AllocationTest()));
      tests.forEach(
          (lane, test) ->
              test.accept(lane.equals(row.lane()), row.laneShares().getOrDefault(lane, 0.0)));
    }
    Outcome outcome = Outcome.FINE;
    List<String> off = new ArrayList<>();
    for (Map.Entry<String, AllocationTest> lane : tests.entrySet()) {
      AllocationTest.Result result = lane.getValue().result();
      if (result.outcome() != Outcome.FINE) {
        off.add(String.format(Locale.ROOT, "%s (p = %.2g)", lane.getKey(), result.p()));
        outcome = worse(outcome, result.outcome());
      }
    }
    return new LogCheck(
        "lanes",
        outcome,
        off.isEmpty()
            ? "lanes are drawn as often as their shares say"
            : "drawn more or less often than their shares say: " + String.join(", ", off));
  }

  static LogCheck feedback(List<String> arms, List<PairedDecision> log) {
    List<PairedDecision> known = log.stream().filter(PairedDecision::answered).toList();
    AllocationTest.Result[] results = byArm(arms.size(), known);
    int worst = worst(results);
    Outcome outcome = worst < 0 ? Outcome.FINE : results[worst].outcome();
    double rate = log.isEmpty() ? 0 : (double) known.size() / log.size();
    if (outcome == Outcome.FINE) {
      return new LogCheck(
          "feedback",
          outcome,
          String.format(
              Locale.ROOT,
              "%.0f %% of matured decisions have feedback, alike over variants",
              100 * rate));
    }
    long chosen = log.stream().filter(row -> row.arm() == worst).count();
    long answered = known.stream().filter(row -> row.arm() == worst).count();
    return new LogCheck(
        "feedback",
        outcome,
        String.format(
            Locale.ROOT,
            "%s gets feedback on %.0f %%, the function on %.0f %% (always-valid p = %.2g): what is"
                + " missing may not be missing at random",
            arms.get(worst),
            chosen == 0 ? 0 : 100.0 * answered / chosen,
            100 * rate,
            results[worst].p()));
  }

  static LogCheck rewards(List<String> arms, List<PairedDecision> log) {
    Map<String, List<Integer>> cells = new TreeMap<>();
    List<PairedDecision> known = log.stream().filter(row -> row.quality() != null).toList();
    for (int i = 0; i < known.size(); i++) {
      cells.computeIfAbsent(cell(known.get(i)), c -> new ArrayList<>()).add(i);
    }
    double extra =
        Math.max(0, Math.log((cells.size() + 1) * BernoulliGlr.FALSE_ALARM / CHANGE_FALSE_ALARM));
    String found = allTogether(known, cells, extra);
    double most = 0;
    for (List<Integer> cell : cells.values()) {
      double[] values = cell.stream().mapToDouble(i -> quality(known.get(i))).toArray();
      BernoulliGlr.Change change = BernoulliGlr.strongest(values).orElse(null);
      double above =
          change == null ? 0 : change.statistic() - BernoulliGlr.threshold(values.length) - extra;
      if (change != null && found.isEmpty() && above > most) {
        most = above;
        PairedDecision row = known.get(cell.get(change.split()));
        found =
            String.format(
                Locale.ROOT,
                "the mean reward of %s in segment %s went from %.3f to %.3f at outcome %,d of %,d:"
                    + " judge only what came after it",
                arms.get(row.arm()),
                row.segment().isEmpty() ? "(all)" : row.segment(),
                change.meanBefore(),
                change.meanAfter(),
                cell.get(change.split()) + 1,
                known.size());
      }
    }
    return new LogCheck(
        "rewards",
        found.isEmpty() ? Outcome.FINE : Outcome.BLOCK,
        found.isEmpty() ? "no mean reward changed within the log" : found);
  }

  private static String cell(PairedDecision row) {
    return row.arm() + " " + row.segment();
  }

  /** Where the rewards of all cells moved together, in words; empty when they did not. */
  private static String allTogether(
      List<PairedDecision> known, Map<String, List<Integer>> cells, double extra) {
    record Cell(int size, double mean, double variance) {}
    Map<String, Cell> moments = new TreeMap<>();
    cells.forEach(
        (name, rows) -> {
          double[] values = rows.stream().mapToDouble(i -> quality(known.get(i))).toArray();
          moments.put(
              name,
              new Cell(
                  values.length,
                  StatUtils.mean(values),
                  values.length < 2 ? 0 : StatUtils.variance(values)));
        });
    Map<String, Integer> before = new TreeMap<>();
    double sum = 0;
    double variance = 0;
    double most = 0;
    double shift = 0;
    int at = -1;
    for (int i = 0; i < known.size(); i++) {
      PairedDecision row = known.get(i);
      String name = cell(row);
      Cell cell = java.util.Objects.requireNonNull(moments.get(name));
      int n = before.merge(name, 1, Integer::sum);
      sum += quality(row) - cell.mean();
      // Σ n(t)(n − n(t))/n changes by (n − 2n(t) + 1)/n with one more row of the cell.
      variance += cell.variance() * (cell.size() - 2.0 * n + 1) / cell.size();
      double statistic = variance < LEAST_VARIANCE ? 0 : sum * sum / (2 * variance);
      if (statistic > most) {
        most = statistic;
        shift = -sum * known.size() / ((i + 1.0) * (known.size() - i - 1.0));
        at = i + 1;
      }
    }
    return most <= BernoulliGlr.threshold(known.size()) + extra
        ? ""
        : String.format(
            Locale.ROOT,
            "the rewards of all variants moved together by %+.3f at outcome %,d of %,d: was the"
                + " judge changed? A changed judge is a new metric; judge only what came after it",
            shift,
            at + 1,
            known.size());
  }

  private interface Target {
    /** The policy's chances, empty where its lane could not serve the row. */
    double[] of(PairedDecision row);
  }

  private static double[] uniform(PairedDecision row) {
    double[] vector = new double[row.eligible().length];
    int count = 0;
    for (int arm = 0; arm < vector.length; arm++) {
      count += row.eligible()[arm] ? 1 : 0;
      if (row.eligible()[arm] && row.serving()[arm] <= 0) {
        // Softly excluded: the policy lane says nothing about it.
        return new double[0];
      }
    }
    for (int arm = 0; arm < vector.length; arm++) {
      vector[arm] = row.eligible()[arm] ? 1.0 / count : 0;
    }
    return vector;
  }

  private static double[] only(PairedDecision row, int baseline) {
    if (!row.eligible()[baseline] || row.serving()[baseline] <= 0) {
      return new double[0];
    }
    double[] vector = new double[row.eligible().length];
    vector[baseline] = 1;
    return vector;
  }

  /** The value from the policy lane's rows against the mean of the lane itself. */
  private static LogCheck selfTest(
      String lane, String inWords, List<PairedDecision> log, Target target) {
    List<PairedDecision> fromPolicy = new ArrayList<>();
    List<PairedDecision> own = new ArrayList<>();
    for (PairedDecision row : log) {
      boolean policy = row.lane().equals(POLICY);
      if (!policy && !row.lane().equals(lane)) {
        continue;
      }
      double[] vector = target.of(row);
      if (vector.length > 0) {
        // Given the lane, an arm's chance is that lane's.
        (policy ? fromPolicy : own).add(given(row, vector, policy ? row.serving() : vector));
      }
    }
    PairedRows policyRows = PairedRows.ofQuality(fromPolicy, 0);
    PairedRows ownRows = PairedRows.ofQuality(own, 0);
    Overlap overlap = Overlap.of(policyRows.challenger());
    long successes = Math.round(own.stream().mapToDouble(LogChecks::quality).sum());
    if (overlap.effectiveSampleSize() < Overlap.LEAST_ESS
        || overlap.largestShare() > Overlap.GREATEST_ROW_SHARE
        || !AsymptoticConfidenceSequence.isBurnedIn(ownRows.observed(), successes)) {
      return new LogCheck(
          lane,
          Outcome.FINE,
          String.format(
              Locale.ROOT,
              "too few rows to compare the policy lane's estimate with %s: %,d there, effective"
                  + " sample size %.0f",
              inWords,
              ownRows.observed(),
              overlap.effectiveSampleSize()));
    }
    Estimate estimated = new OffPolicyEstimator.DoublyRobust().estimate(policyRows.challenger());
    Estimate measured = new OffPolicyEstimator.DoublyRobust().estimate(ownRows.challenger());
    double error = Math.hypot(estimated.standardError(), measured.standardError());
    // The smaller side is what the difference learns from.
    double p =
        AsymptoticConfidenceSequence.around(
                estimated.value() - measured.value(),
                error,
                Math.min(own.size(), fromPolicy.size()),
                AllocationTest.WARN_BELOW,
                EstimateIntervals.TUNING_EPISODES)
            .p();
    Outcome outcome =
        p < AllocationTest.BLOCK_BELOW
            ? Outcome.BLOCK
            : p < AllocationTest.WARN_BELOW ? Outcome.WARN : Outcome.FINE;
    return new LogCheck(
        lane,
        outcome,
        String.format(
            Locale.ROOT,
            "estimated from the policy lane %.3f ± %.3f, measured in %s %.3f ± %.3f%s",
            estimated.value(),
            2 * estimated.standardError(),
            inWords,
            measured.value(),
            2 * measured.standardError(),
            outcome == Outcome.FINE
                ? ""
                : String.format(Locale.ROOT, ": they disagree (always-valid p = %.2g)", p)));
  }

  private static PairedDecision given(PairedDecision row, double[] target, double[] chances) {
    return new PairedDecision(
        row.episode(),
        row.segment(),
        row.lane(),
        row.laneShares(),
        row.arm(),
        row.eligible(),
        chances,
        target,
        target,
        row.quality(),
        row.answered(),
        row.dollars());
  }

  private static double quality(PairedDecision row) {
    Double quality = row.quality();
    return quality == null ? 0 : quality;
  }

  private static AllocationTest.Result[] byArm(int arms, List<PairedDecision> log) {
    AllocationTest[] tests = new AllocationTest[arms];
    Arrays.setAll(tests, arm -> new AllocationTest());
    for (PairedDecision row : log) {
      for (int arm = 0; arm < arms; arm++) {
        tests[arm].accept(row.arm() == arm, Math.min(1, row.propensities()[arm]));
      }
    }
    return Arrays.stream(tests).map(AllocationTest::result).toArray(AllocationTest.Result[]::new);
  }

  private static int worst(AllocationTest.Result[] results) {
    int worst = -1;
    for (int arm = 0; arm < results.length; arm++) {
      if (worst < 0 || results[arm].p() < results[worst].p()) {
        worst = arm;
      }
    }
    return worst;
  }

  private static Outcome worse(Outcome a, Outcome b) {
    return a.compareTo(b) >= 0 ? a : b;
  }
}
