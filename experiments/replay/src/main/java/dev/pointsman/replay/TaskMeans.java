package dev.pointsman.replay;

import java.util.HashMap;
import java.util.Map;

/**
 * The mean of figures per task, each shrunk towards its mean over all tasks:
 *
 * <pre>  mean(t, i) = (sum(t, i) + {@value #PSEUDO_ROWS} mean(i)) / (n(t) + {@value #PSEUDO_ROWS})</pre>
 *
 * <p>A task that was not seen has the mean over all.
 */
final class TaskMeans {

  private static final double PSEUDO_ROWS = 20;

  private final double[] overall;
  private final Map<String, double[]> byTask;

  private TaskMeans(double[] overall, Map<String, double[]> byTask) {
    this.overall = overall;
    this.byTask = byTask;
  }

  /**
   * The means over some rows.
   *
   * @param width how many numbers a row has, one per model or one per part of its prompt
   */
  static TaskMeans of(ReplayData data, int[] rows, int width, Figure figure) {
    double[] overall = new double[width];
    Map<String, double[]> sums = new HashMap<>();
    for (int row : rows) {
      double[] sum = sums.computeIfAbsent(taskName(data, row), task -> new double[width + 1]);
      for (int i = 0; i < width; i++) {
        double value = figure.of(row, i);
        overall[i] += value / rows.length;
        sum[i] += value;
      }
      sum[width]++;
    }
    Map<String, double[]> byTask = new HashMap<>();
    sums.forEach(
        (task, sum) -> {
          double[] means = new double[width];
          for (int i = 0; i < width; i++) {
            means[i] = (sum[i] + PSEUDO_ROWS * overall[i]) / (sum[width] + PSEUDO_ROWS);
          }
          byTask.put(task, means);
        });
    return new TaskMeans(overall, byTask);
  }

  /** The i-th number of a row. */
  @FunctionalInterface
  interface Figure {
    double of(int row, int i);
  }

  /** The means of a task. */
  double[] of(String task) {
    return byTask.getOrDefault(task, overall);
  }

  /** The means over all rows. */
  double[] overall() {
    return overall;
  }

  static String taskName(ReplayData data, int row) {
    return data.tasks().get(data.task(row));
  }
}
