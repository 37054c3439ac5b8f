package dev.pointsman.routing;

import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The estimated mean quality of every variant in every segment, and in a segment never seen.
 *
 * <p>Raw means over a function are confounded, because a policy sends the easy segments to the cheap
 * models. {@link MeanEstimator#ADDITIVE_RIDGE} therefore minimises, over segment effects b and
 * variant effects d,
 *
 * <pre>Σ n_sa (r̄_sa − b_s − d_a)² + 50·Σ (b_s − 0.5)² + 4·Σ (d_a − prior_a)²</pre>
 *
 * and sets m_sa = (n·r̄ + κ(b_s + d_a)) / (n + κ). κ = σ̂²/(3·τ̂²), the variance within cells over
 * three times the variance of the cells around the fit, clipped to 1…20; it is 2 until there are ten
 * cells, or as long as they leave no degree of freedom. With weights n and the fit's hat matrix H,
 *
 * <pre>τ̂² = (Σ n e² − (cells − tr H)·σ̂²) / (Σ n − Σ n·H_ii)</pre>
 *
 * <p>A segment never seen gets 0.5 + d_a of the same fit with ridge 1 on b_s, which tells difficulty
 * and skill apart as far as the traffic allows. Within seen segments the strong ridge does better: it
 * leaves with a variant some of the difficulty of the segments that chose it, and having been chosen
 * says something about a variant too. The factor 3 is there because a policy's own traffic hides
 * variance: where a variant was unlucky it is not tried again, and the leader's cell fits itself.
 * Mean regret on recorded outcomes, mmlu-pro (50 orders or more, standard error 6) and llmrouter
 * (200, standard error 3): 276 and 229; shrinking to the variants' means 318 and 226, a tie; with 80
 * orders each, ridge 1 278 and 236, ridge 1 and factor 1 282 and 260.
 */
final class SegmentMeans {

  /** The mean quality that a segment is expected to have. */
  static final double SEGMENT_PRIOR = 0.5;

  private static final double SEGMENT_RIDGE = 50;
  private static final double NEW_SEGMENT_RIDGE = 1;
  private static final double VARIANT_RIDGE = 4;
  private static final double DEFAULT_KAPPA = 2;
  private static final double LEAST_KAPPA = 1;
  private static final double LARGEST_KAPPA = 20;
  private static final int CELLS_FOR_MOMENTS = 10;
  private static final double HIDDEN_VARIANCE = 3;
  private static final double VARIANT_MEAN_PSEUDO_COUNTS = 2;
  private static final double DEVIATION_PSEUDO_COUNTS = 20;

  /** Below it γ would be more than ten times what it is for a coin. */
  private static final double LEAST_DEVIATION = 0.05;

  /** That of a fair coin. */
  static final double LARGEST_DEVIATION = 0.5;

  private final Map<String, Integer> rows;
  private final double[][] means;
  private final double kappa;
  private final double deviation;

  private SegmentMeans(
      Map<String, Integer> rows, double[][] means, double kappa, double deviation) {
    this.rows = rows;
    this.means = means;
    this.kappa = kappa;
    this.deviation = deviation;
  }

  /**
   * Fits the means.
   *
   * @param cells the evidence; cells of variants that are no candidates are left out
   * @param priors the expected contrast to the baseline, per arm
   */
  static SegmentMeans fit(
      MeanEstimator estimator,
      List<String> candidates,
      List<PolicyStatistics.Cell> cells,
      double[] priors) {
    Map<String, Integer> arms = new HashMap<>();
    for (int arm = 0; arm < candidates.size(); arm++) {
      arms.put(candidates.get(arm), arm);
    }
    Map<String, Integer> rows = new HashMap<>();
    for (PolicyStatistics.Cell cell : cells) {
      rows.computeIfAbsent(cell.segment(), segment -> rows.size());
    }
    double[][] n = new double[rows.size()][candidates.size()];
    double[][] sum = new double[rows.size()][candidates.size()];
    double[][] squares = new double[rows.size()][candidates.size()];
    for (PolicyStatistics.Cell cell : cells) {
      Integer arm = arms.get(cell.variant());
      if (arm != null) {
        int row = rows.getOrDefault(cell.segment(), -1);
        n[row][arm] += cell.weight();
        sum[row][arm] += cell.sum();
        squares[row][arm] += cell.sumSquares();
      }
    }
    return switch (estimator) {
      case ADDITIVE_RIDGE -> additive(rows, n, sum, squares, priors);
      case VARIANT_MEAN -> variantMeans(rows, n, sum, squares, priors);
    };
  }

  /** The row of a segment; the last one, the prior's, for a segment never seen. */
  int rowOf(String segment) {
    return rows.getOrDefault(segment, means.length - 1);
  }

  /** One row per segment and one for the segments never seen; one mean in 0..1 per arm. */
  double[][] means() {
    return means;
  }

  /** The pseudo-counts that a cell was shrunk by. */
  double kappa() {
    return kappa;
  }

  /**
   * The standard deviation of a reward within its cell, σ̂: pooled over the cells, with {@value
   * #DEVIATION_PSEUDO_COUNTS} pseudo-rewards of 0.5, the largest that rewards in 0..1 can have.
   */
  double deviation() {
    return deviation;
  }

  private static double deviation(double[][] n, double[][] sum, double[][] squares) {
    double within = DEVIATION_PSEUDO_COUNTS * LARGEST_DEVIATION * LARGEST_DEVIATION;
    double freedom = DEVIATION_PSEUDO_COUNTS;
    for (int row = 0; row < n.length; row++) {
      for (int arm = 0; arm < n[row].length; arm++) {
        double weight = n[row][arm];
        if (weight > 1) {
          within += Math.max(0, squares[row][arm] - sum[row][arm] * sum[row][arm] / weight);
          freedom += weight - 1;
        }
      }
    }
    return Math.clamp(Math.sqrt(within / freedom), LEAST_DEVIATION, LARGEST_DEVIATION);
  }

  private static SegmentMeans additive(
      Map<String, Integer> rows,
      double[][] n,
      double[][] sum,
      double[][] squares,
      double[] priors) {
    double[][] factor = new double[priors.length][priors.length];
    double[] variantEffects = variantEffects(n, sum, priors, SEGMENT_RIDGE, factor);
    double[] segmentEffects = new double[n.length];
    double[] segmentWeights = new double[n.length];
    for (int row = 0; row < n.length; row++) {
      double weight = SEGMENT_RIDGE;
      double residual = SEGMENT_RIDGE * SEGMENT_PRIOR;
      for (int arm = 0; arm < priors.length; arm++) {
        weight += n[row][arm];
        residual += sum[row][arm] - n[row][arm] * variantEffects[arm];
      }
      segmentEffects[row] = residual / weight;
      segmentWeights[row] = weight;
    }
    double kappa =
        kappa(n, sum, squares, segmentEffects, variantEffects, segmentWeights, inverse(factor));
    double[] contrasts =
        variantEffects(n, sum, priors, NEW_SEGMENT_RIDGE, new double[priors.length][priors.length]);
    double[][] means = new double[n.length + 1][priors.length];
    for (int arm = 0; arm < priors.length; arm++) {
      for (int row = 0; row < n.length; row++) {
        double fitted = segmentEffects[row] + variantEffects[arm];
        means[row][arm] = unit((sum[row][arm] + kappa * fitted) / (n[row][arm] + kappa));
      }
      means[n.length][arm] = unit(SEGMENT_PRIOR + contrasts[arm]);
    }
    return new SegmentMeans(rows, means, kappa, deviation(n, sum, squares));
  }

  /**
   * Solves the normal equations with the segment effects eliminated; one unknown per variant.
   *
   * @param matrix zeros; the equations' Cholesky factor afterwards
   */
  private static double[] variantEffects(
      double[][] n, double[][] sum, double[] priors, double segmentRidge, double[][] matrix) {
    int arms = priors.length;
    double[] right = new double[arms];
    for (int arm = 0; arm < arms; arm++) {
      matrix[arm][arm] = VARIANT_RIDGE;
      right[arm] = VARIANT_RIDGE * priors[arm];
    }
    for (int row = 0; row < n.length; row++) {
      double weight = segmentRidge;
      double total = segmentRidge * SEGMENT_PRIOR;
      for (int arm = 0; arm < arms; arm++) {
        weight += n[row][arm];
        total += sum[row][arm];
      }
      for (int arm = 0; arm < arms; arm++) {
        if (n[row][arm] > 0) {
          matrix[arm][arm] += n[row][arm];
          right[arm] += sum[row][arm] - n[row][arm] * total / weight;
          for (int other = 0; other < arms; other++) {
            matrix[arm][other] -= n[row][arm] * n[row][other] / weight;
          }
        }
      }
    }
    return solve(matrix, right);
  }

  /** Cholesky; the ridge keeps the matrix positive definite. Overwrites its arguments. */
  private static double[] solve(double[][] matrix, double[] right) {
    int size = right.length;
    for (int column = 0; column < size; column++) {
      for (int k = 0; k < column; k++) {
        matrix[column][column] -= matrix[column][k] * matrix[column][k];
      }
      matrix[column][column] = Math.sqrt(matrix[column][column]);
      for (int row = column + 1; row < size; row++) {
        for (int k = 0; k < column; k++) {
          matrix[row][column] -= matrix[row][k] * matrix[column][k];
        }
        matrix[row][column] /= matrix[column][column];
      }
    }
    substitute(matrix, right);
    return right;
  }

  /** Solves with a Cholesky factor, in place. */
  private static void substitute(double[][] factor, double[] right) {
    int size = right.length;
    for (int row = 0; row < size; row++) {
      for (int k = 0; k < row; k++) {
        right[row] -= factor[row][k] * right[k];
      }
      right[row] /= factor[row][row];
    }
    for (int row = size - 1; row >= 0; row--) {
      for (int k = row + 1; k < size; k++) {
        right[row] -= factor[k][row] * right[k];
      }
      right[row] /= factor[row][row];
    }
  }

  /** The inverse of the matrix with that Cholesky factor; symmetric. */
  private static double[][] inverse(double[][] factor) {
    double[][] result = new double[factor.length][factor.length];
    for (int row = 0; row < factor.length; row++) {
      result[row][row] = 1;
      substitute(factor, result[row]);
    }
    return result;
  }

  private static double kappa(
      double[][] n,
      double[][] sum,
      double[][] squares,
      double[] segmentEffects,
      double[] variantEffects,
      double[] segmentWeights,
      double[][] covariance) {
    int arms = variantEffects.length;
    int cells = 0;
    double total = 0;
    double within = 0;
    double withinFreedom = 0;
    double around = 0;
    double leverages = 0;
    double weightedLeverages = 0;
    double[] product = new double[arms];
    for (int row = 0; row < n.length; row++) {
      // H_ii = n·(x' A⁻¹ x) for the cell's two indicators, by the blocks of the inverse.
      double quadratic = 0;
      for (int arm = 0; arm < arms; arm++) {
        product[arm] = 0;
        for (int other = 0; other < arms; other++) {
          product[arm] += covariance[arm][other] * n[row][other];
        }
        quadratic += n[row][arm] * product[arm];
      }
      double inSegment =
          1 / segmentWeights[row] + quadratic / (segmentWeights[row] * segmentWeights[row]);
      for (int arm = 0; arm < arms; arm++) {
        double weight = n[row][arm];
        if (weight > 0) {
          double mean = sum[row][arm] / weight;
          double error = mean - segmentEffects[row] - variantEffects[arm];
          double leverage =
              weight * (inSegment - 2 * product[arm] / segmentWeights[row] + covariance[arm][arm]);
          cells++;
          total += weight;
          within += Math.max(0, squares[row][arm] - weight * mean * mean);
          withinFreedom += Math.max(0, weight - 1);
          around += weight * error * error;
          leverages += leverage;
          weightedLeverages += weight * leverage;
        }
      }
    }
    double freedom = cells - leverages;
    double spread = total - weightedLeverages;
    if (cells < CELLS_FOR_MOMENTS || freedom < 1 || withinFreedom < CELLS_FOR_MOMENTS) {
      return DEFAULT_KAPPA;
    }
    double sigma = within / withinFreedom;
    double tau = HIDDEN_VARIANCE * (around - freedom * sigma) / spread;
    return tau <= 0 ? LARGEST_KAPPA : Math.clamp(sigma / tau, LEAST_KAPPA, LARGEST_KAPPA);
  }

  private static SegmentMeans variantMeans(
      Map<String, Integer> rows,
      double[][] n,
      double[][] sum,
      double[][] squares,
      double[] priors) {
    double[][] means = new double[n.length + 1][priors.length];
    double pseudo = VARIANT_MEAN_PSEUDO_COUNTS;
    for (int arm = 0; arm < priors.length; arm++) {
      double weight = pseudo;
      double total = pseudo * (SEGMENT_PRIOR + priors[arm]);
      for (int row = 0; row < n.length; row++) {
        weight += n[row][arm];
        total += sum[row][arm];
      }
      double variantMean = total / weight;
      for (int row = 0; row < n.length; row++) {
        means[row][arm] = unit((sum[row][arm] + pseudo * variantMean) / (n[row][arm] + pseudo));
      }
      means[n.length][arm] = unit(variantMean);
    }
    return new SegmentMeans(rows, means, pseudo, deviation(n, sum, squares));
  }

  private static double unit(double mean) {
    return Math.clamp(mean, 0, 1);
  }
}
