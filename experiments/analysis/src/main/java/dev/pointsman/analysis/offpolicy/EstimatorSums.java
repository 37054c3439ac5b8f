package dev.pointsman.analysis.offpolicy;

import java.util.List;

/**
 * The sums over rows that an estimate is made of; they add up over episodes, so a bootstrap draw
 * needs no second look at the rows.
 */
record EstimatorSums(int rows, double averaged, double normalised, double weight) {

  static EstimatorSums of(OffPolicyEstimator estimator, List<EvaluationRow> rows) {
    double averaged = 0;
    double normalised = 0;
    double weight = 0;
    for (EvaluationRow row : rows) {
      averaged += estimator.averaged(row);
      normalised += estimator.normalised(row);
      weight += row.weight();
    }
    return new EstimatorSums(rows.size(), averaged, normalised, weight);
  }

  /** The term divided by the sum of weights; 0 when no row has a weight. */
  double ratio() {
    return weight == 0 ? 0 : normalised / weight;
  }

  double value() {
    return averaged / rows + ratio();
  }
}
