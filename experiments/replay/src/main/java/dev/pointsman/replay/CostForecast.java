package dev.pointsman.replay;

import java.util.Objects;
import org.apache.commons.math3.linear.Array2DRowRealMatrix;
import org.apache.commons.math3.linear.ArrayRealVector;
import org.apache.commons.math3.linear.CholeskyDecomposition;
import org.apache.commons.math3.linear.RealMatrix;
import org.apache.commons.math3.linear.RealVector;
import org.jspecify.annotations.Nullable;

/**
 * What an answer will cost, before it is given: the mean of its task and model, corrected for how
 * much longer or shorter the prompt is than its task's.
 *
 * <pre>  cost(x, m) = mean cost(t, m) + b(m) · (size(x) − mean size(t))</pre>
 *
 * <p>{@code size} are counts of words, long words, digits and other signs, what a tokenizer bills by;
 * {@code b} is a least-squares fit within tasks with a light ridge. Without prompts it is the mean.
 */
final class CostForecast {

  /** No answer costs less than this part of its task's mean: a line may run below zero. */
  private static final double LEAST_PART = 0.02;

  private final TaskMeans costs;
  private final @Nullable TaskMeans sizes;
  private final double[][] slopes;

  private CostForecast(TaskMeans costs, @Nullable TaskMeans sizes, double[][] slopes) {
    this.costs = costs;
    this.sizes = sizes;
    this.slopes = slopes;
  }

  static CostForecast of(ReplayData data, int[] rows) {
    TaskMeans costs = TaskMeans.of(data, rows, data.models().size(), data::costUsd);
    if (!data.hasPrompts()) {
      return new CostForecast(costs, null, new double[0][]);
    }
    int k = data.models().size();
    double[][] size = new double[data.rows()][];
    for (int row : rows) {
      size[row] = PromptSize.of(Objects.requireNonNull(data.prompt(row)));
    }
    TaskMeans sizes = TaskMeans.of(data, rows, PromptSize.PARTS, (row, i) -> size[row][i]);
    RealMatrix gram = new Array2DRowRealMatrix(PromptSize.PARTS, PromptSize.PARTS);
    double[][] cross = new double[k][PromptSize.PARTS];
    for (int row : rows) {
      String task = TaskMeans.taskName(data, row);
      double[] meanSize = sizes.of(task);
      double[] meanCost = costs.of(task);
      for (int i = 0; i < PromptSize.PARTS; i++) {
        double x = size[row][i] - meanSize[i];
        for (int j = 0; j < PromptSize.PARTS; j++) {
          gram.addToEntry(i, j, x * (size[row][j] - meanSize[j]));
        }
        for (int model = 0; model < k; model++) {
          cross[model][i] += x * (data.costUsd(row, model) - meanCost[model]);
        }
      }
    }
    for (int i = 0; i < PromptSize.PARTS; i++) {
      gram.addToEntry(i, i, 1e-3 * gram.getEntry(i, i) + 1e-9);
    }
    CholeskyDecomposition solver = new CholeskyDecomposition(gram);
    double[][] slopes = new double[k][];
    for (int model = 0; model < k; model++) {
      RealVector solution = solver.getSolver().solve(new ArrayRealVector(cross[model]));
      slopes[model] = solution.toArray();
    }
    return new CostForecast(costs, sizes, slopes);
  }

  /** Dollars per model for a row of the same or of other data. */
  double[] of(ReplayData data, int row) {
    String task = TaskMeans.taskName(data, row);
    double[] forecast = costs.of(task).clone();
    if (sizes == null) {
      return forecast;
    }
    double[] size = PromptSize.of(Objects.requireNonNull(data.prompt(row)));
    double[] meanSize = sizes.of(task);
    for (int model = 0; model < forecast.length; model++) {
      double cost = forecast[model];
      for (int i = 0; i < PromptSize.PARTS; i++) {
        cost += slopes[model][i] * (size[i] - meanSize[i]);
      }
      forecast[model] = Math.max(cost, LEAST_PART * forecast[model]);
    }
    return forecast;
  }
}
