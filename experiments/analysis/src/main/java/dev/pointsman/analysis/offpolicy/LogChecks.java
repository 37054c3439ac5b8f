package dev.pointsman.analysis.offpolicy;

import dev.pointsman.analysis.AllocationTest.Outcome;
import dev.pointsman.analysis.BernoulliGlr;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.apache.commons.math3.stat.StatUtils;
import org.jspecify.annotations.Nullable;

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
 *       of a rate. It also sees feedback that comes too late. What failed is no answer that lacks
 *       feedback.
 *   <li><b>rewards</b>: the mean reward that feedback gave an arm in a segment is the same from the
 *       first to the last row, by {@link BernoulliGlr}; a model that was changed moves it. What a rule
 *       gives (to a failure, or where no feedback came) is no word of the judge's. And all of them together are,
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

  private LogChecks() {}

  /**
   * All checks.
   *
   * @param arms the arms' names
   * @param log in order of decision
   * @param baseline index of the arm of the holdout lane, −1 when there is none
   */
  public static List<LogCheck> of(List<String> arms, List<PairedDecision> log, int baseline) {
    RunningLogChecks running = new RunningLogChecks(arms, baseline);
    log.forEach(running::accept);
    List<LogCheck> checks = running.result();
    checks.add(3, rewards(arms, log));
    return checks;
  }

  /**
   * All checks where surrogates score all decisions: those of their scores, so that a changed judge
   * shows, each by itself where there are several, and whether people's word changed, and whether
   * they were asked everywhere.
   *
   * @param compared with people's word as its quality
   */
  static List<LogCheck> ofJudged(PairedLog compared, JudgedLog judged) {
    List<String> arms = compared.arms();
    List<PairedDecision> people = compared.decisions();
    List<LogCheck> checks = of(arms, judged.scored(), compared.baseline());
    List<LogCheck> own = new ArrayList<>();
    boolean several = compared.surrogates().size() > 1;
    if (several) {
      for (PairedLog.Surrogate surrogate : compared.surrogates()) {
        own.add(
            rewards(arms, withQuality(people, surrogate.scores()))
                .named("rewards by " + surrogate.metric()));
      }
    }
    own.add(rewards(arms, people).named("people"));
    JudgedLog.Judge judge = judged.judge();
    Outcome outcome =
        judge.labelled() == 0 || judge.unlabelledShare() > JudgedLog.MOST_UNLABELLED
            ? Outcome.BLOCK
            : Outcome.FINE;
    own.add(
        new LogCheck(
            "judge",
            outcome,
            outcome == Outcome.FINE
                ? String.format(
                    Locale.ROOT,
                    "people spoke on %,d of %,d scored decisions: %.3f, %s on the same %.3f",
                    judge.labelled(),
                    judge.scored(),
                    judge.meanWord(),
                    several ? "the mean score" : "the judge",
                    judge.meanScore())
                : String.format(
                    Locale.ROOT,
                    "people said nothing about %s, %.0f %% of the scored decisions: %s alone"
                        + " is no proof, ask people there",
                    judge.unlabelled().isEmpty()
                        ? "anything"
                        : String.join(", ", judge.unlabelled()),
                    100 * judge.unlabelledShare(),
                    several ? "what stands for them" : "the judge")));
    checks.addAll(4, own);
    return checks;
  }

  private static List<PairedDecision> withQuality(
      List<PairedDecision> log, List<@Nullable Double> values) {
    List<PairedDecision> result = new ArrayList<>(log.size());
    for (int i = 0; i < log.size(); i++) {
      PairedDecision row = log.get(i);
      result.add(row.ruled() ? row : row.withQuality(values.get(i)));
    }
    return result;
  }

  static LogCheck rewards(List<String> arms, List<PairedDecision> log) {
    Map<String, List<Integer>> cells = new TreeMap<>();
    List<PairedDecision> known = log.stream().filter(PairedDecision::answered).toList();
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

  private static double quality(PairedDecision row) {
    Double quality = row.quality();
    return quality == null ? 0 : quality;
  }
}
