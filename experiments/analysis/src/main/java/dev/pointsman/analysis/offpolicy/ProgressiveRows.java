package dev.pointsman.analysis.offpolicy;

import java.util.ArrayList;
import java.util.List;

/**
 * Rows whose predictions come from the past only: the log is cut into blocks in order of decision,
 * and block b is scored by a model fitted on the blocks before it. So no row corrects itself; on the
 * log of an adaptive policy folds at random would leak the future into the past.
 *
 * <p>The first block has no past: it is scored by the model of no rows.
 */
public final class ProgressiveRows {

  private ProgressiveRows() {}

  /**
   * The rows of a log.
   *
   * @param log matured decisions in order of decision
   * @param blocks how many blocks, at least 1; episodes that cross a cut keep their rows' own blocks
   * @param fit fits a model
   * @param leastPropensity below this logged chance an arm counts as unsupported
   */
  public static List<EvaluationRow> of(
      List<LoggedChoice> log, int blocks, OutcomeModel.Fit fit, double leastPropensity) {
    if (blocks < 1) {
      throw new IllegalArgumentException("blocks must be at least 1: " + blocks);
    }
    List<EvaluationRow> rows = new ArrayList<>(log.size());
    for (int b = 0; b < blocks; b++) {
      int from = (int) ((long) log.size() * b / blocks);
      int to = (int) ((long) log.size() * (b + 1) / blocks);
      if (from == to) {
        continue;
      }
      OutcomeModel model = fit.on(log.subList(0, from));
      for (LoggedChoice choice : log.subList(from, to)) {
        rows.add(
            EvaluationRow.of(
                choice.episode(),
                choice.arm(),
                array(choice.propensities()),
                array(choice.target()),
                model.expected(choice),
                choice.reward(),
                leastPropensity));
      }
    }
    return rows;
  }

  private static double[] array(List<Double> values) {
    return values.stream().mapToDouble(Double::doubleValue).toArray();
  }
}
