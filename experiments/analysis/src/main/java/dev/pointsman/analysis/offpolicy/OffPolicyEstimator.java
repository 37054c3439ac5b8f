package dev.pointsman.analysis.offpolicy;

import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * An estimator of the mean reward that a policy would have had on the decisions of a log.
 *
 * <p>With n rows, weights w, rewards r, the model's value of the policy DM_i and its prediction q̂_i
 * for the logged arm, every one of them is
 *
 * <pre>  V = Σ averaged_i / n + Σ normalised_i / Σ w_i</pre>
 *
 * where one of the two terms may be absent. The influence of a row is
 *
 * <pre>  ψ_i = averaged_i − mean + (normalised_i − ratio·w_i)·n/Σ w</pre>
 *
 * and with Ψ_g the sum of ψ over episode g, of G, the standard error is √(c·Σ Ψ_g²)/n, where c =
 * G/(G − 1), and c = 1 for the self-normalised ones, whose error is the delta method's. With one row
 * an episode that is the sample standard deviation over √n, and √(Σ w²(r − V)²)/Σ w for SNIPS. The
 * model q̂ is taken as given: it must not have been fitted on the rows it corrects.
 *
 * <p>Formulas as in Open Bandit Pipeline (st-tech/zr-obp, obp/ope/estimators.py).
 */
public sealed interface OffPolicyEstimator {

  /** What the row adds to the term that is divided by the number of rows. */
  double averaged(EvaluationRow row);

  /** What the row adds to the term that is divided by the sum of weights. */
  default double normalised(EvaluationRow row) {
    return 0;
  }

  /** Whether {@link #normalised} is in use: then negative weights make no sense. */
  default boolean isSelfNormalised() {
    return false;
  }

  /** The estimate over at least one row. */
  default Estimate estimate(List<EvaluationRow> rows) {
    if (rows.isEmpty()) {
      throw new IllegalArgumentException("rows is empty: nothing to estimate from");
    }
    EstimatorSums sums = EstimatorSums.of(this, rows);
    double value = sums.value();
    int n = rows.size();
    double mean = sums.averaged() / n;
    double ratio = sums.ratio();
    Map<String, Double> influences = new LinkedHashMap<>();
    for (EvaluationRow row : rows) {
      double influence = averaged(row) - mean;
      if (isSelfNormalised() && sums.weight() != 0) {
        influence += (normalised(row) - ratio * row.weight()) * n / sums.weight();
      }
      influences.merge(row.episode(), influence, Double::sum);
    }
    return new Estimate(value, standardError(influences.values(), n), n, influences.size());
  }

  private double standardError(Collection<Double> influences, int n) {
    int episodes = influences.size();
    if (episodes == 1) {
      return Double.POSITIVE_INFINITY;
    }
    double squares = 0;
    for (double influence : influences) {
      squares += influence * influence;
    }
    double correction = isSelfNormalised() ? 1 : episodes / (episodes - 1.0);
    return Math.sqrt(correction * squares) / n;
  }

  /** IPS: mean of w·r. */
  record InversePropensity() implements OffPolicyEstimator {
    @Override
    public double averaged(EvaluationRow row) {
      return row.weight() * row.reward();
    }
  }

  /**
   * Clipped IPS: mean of min(w, M)·r; biased, less variable.
   *
   * @param limit M, above 0
   */
  record ClippedInversePropensity(double limit) implements OffPolicyEstimator {
    public ClippedInversePropensity {
      checkPositive("limit", limit);
    }

    @Override
    public double averaged(EvaluationRow row) {
      return Math.min(row.weight(), limit) * row.reward();
    }
  }

  /** SNIPS: Σ w·r / Σ w. */
  record SelfNormalisedInversePropensity() implements OffPolicyEstimator {
    @Override
    public double averaged(EvaluationRow row) {
      return 0;
    }

    @Override
    public double normalised(EvaluationRow row) {
      return row.weight() * row.reward();
    }

    @Override
    public boolean isSelfNormalised() {
      return true;
    }
  }

  /**
   * The sub-Gaussian IPS of Metelli et al. (2021): mean of w/(1 − s + s·w)·r.
   *
   * @param shrinkage s, 0..1; 0 is IPS
   */
  record SubGaussianInversePropensity(double shrinkage) implements OffPolicyEstimator {
    public SubGaussianInversePropensity {
      if (!(shrinkage >= 0 && shrinkage <= 1)) {
        throw new IllegalArgumentException("shrinkage must lie in 0..1: " + shrinkage);
      }
    }

    @Override
    public double averaged(EvaluationRow row) {
      double w = row.weight();
      return w == 0 ? 0 : w / (1 - shrinkage + shrinkage * w) * row.reward();
    }
  }

  /** The direct method: mean of DM; its error says nothing about the model's bias. */
  record Direct() implements OffPolicyEstimator {
    @Override
    public double averaged(EvaluationRow row) {
      return row.direct();
    }
  }

  /** DR: mean of DM + w·(r − q̂); right when either the propensities or the model are. */
  record DoublyRobust() implements OffPolicyEstimator {
    @Override
    public double averaged(EvaluationRow row) {
      return row.direct() + row.weight() * (row.reward() - row.predicted());
    }
  }

  /**
   * Clipped DR: mean of DM + min(w, M)·(r − q̂).
   *
   * @param limit M, above 0
   */
  record ClippedDoublyRobust(double limit) implements OffPolicyEstimator {
    public ClippedDoublyRobust {
      checkPositive("limit", limit);
    }

    @Override
    public double averaged(EvaluationRow row) {
      return row.direct() + Math.min(row.weight(), limit) * (row.reward() - row.predicted());
    }
  }

  /** SNDR: mean of DM + Σ w·(r − q̂) / Σ w. */
  record SelfNormalisedDoublyRobust() implements OffPolicyEstimator {
    @Override
    public double averaged(EvaluationRow row) {
      return row.direct();
    }

    @Override
    public double normalised(EvaluationRow row) {
      return row.weight() * (row.reward() - row.predicted());
    }

    @Override
    public boolean isSelfNormalised() {
      return true;
    }
  }

  /**
   * Switch-DR (Wang et al. 2017): DR, the model alone where w is above τ.
   *
   * @param threshold τ, above 0
   */
  record SwitchDoublyRobust(double threshold) implements OffPolicyEstimator {
    public SwitchDoublyRobust {
      checkPositive("threshold", threshold);
    }

    @Override
    public double averaged(EvaluationRow row) {
      double correction = row.weight() * (row.reward() - row.predicted());
      return row.direct() + (row.weight() <= threshold ? correction : 0);
    }
  }

  /**
   * DRos, DR with optimistic shrinkage (Su et al. 2020): the weight becomes λ·w/(w² + λ).
   *
   * @param lambda λ, above 0; infinity would be DR, 0 the direct method
   */
  record OptimisticDoublyRobust(double lambda) implements OffPolicyEstimator {
    public OptimisticDoublyRobust {
      checkPositive("lambda", lambda);
    }

    @Override
    public double averaged(EvaluationRow row) {
      double w = row.weight();
      return row.direct() + lambda * w / (w * w + lambda) * (row.reward() - row.predicted());
    }
  }

  private static void checkPositive(String name, double value) {
    if (!(value > 0)) {
      throw new IllegalArgumentException("%s must be above 0: %s".formatted(name, value));
    }
  }
}
