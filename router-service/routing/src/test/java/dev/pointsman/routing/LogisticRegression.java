package dev.pointsman.routing;

import org.apache.commons.math3.linear.Array2DRowRealMatrix;
import org.apache.commons.math3.linear.ArrayRealVector;
import org.apache.commons.math3.linear.CholeskyDecomposition;
import org.apache.commons.math3.linear.RealMatrix;
import org.apache.commons.math3.linear.RealVector;

/**
 * Logistic regression on any features with Laplace's approximation, by plain Newton steps on dense
 * matrices: what {@link SegmentPosterior} is compared with.
 *
 * <pre>w = argmin Σ log(1 + exp(−y·w·x)) + λ/2·|w|²,  H = λ·I + Σ p(1 − p)·x·x'</pre>
 */
final class LogisticRegression {

  private final RealVector coefficients;
  private final RealMatrix hessian;

  private LogisticRegression(RealVector coefficients, RealMatrix hessian) {
    this.coefficients = coefficients;
    this.hessian = hessian;
  }

  /**
   * The fit.
   *
   * @param features one row per example
   * @param rewards 0..1 per example
   * @param offset the log odds expected before any evidence
   */
  static LogisticRegression fit(
      double[][] features, double[] rewards, double offset, double ridge) {
    int width = features[0].length;
    RealVector w = new ArrayRealVector(width);
    RealMatrix h = hessian(features, w, offset, ridge);
    for (int step = 0; step < 100; step++) {
      RealVector slope = w.mapMultiply(-ridge);
      for (int row = 0; row < features.length; row++) {
        RealVector x = new ArrayRealVector(features[row]);
        double p = 1 / (1 + Math.exp(-offset - w.dotProduct(x)));
        slope = slope.add(x.mapMultiply(rewards[row] - p));
      }
      w = w.add(new CholeskyDecomposition(h).getSolver().solve(slope));
      h = hessian(features, w, offset, ridge);
    }
    return new LogisticRegression(w, h);
  }

  private static RealMatrix hessian(
      double[][] features, RealVector w, double offset, double ridge) {
    RealMatrix h = new Array2DRowRealMatrix(w.getDimension(), w.getDimension());
    for (int at = 0; at < w.getDimension(); at++) {
      h.setEntry(at, at, ridge);
    }
    for (double[] row : features) {
      RealVector x = new ArrayRealVector(row);
      double p = 1 / (1 + Math.exp(-offset - w.dotProduct(x)));
      h = h.add(x.outerProduct(x).scalarMultiply(p * (1 - p)));
    }
    return h;
  }

  double[] coefficients() {
    return coefficients.toArray();
  }

  double[][] hessian() {
    return hessian.getData();
  }

  /** What is believed about the chance at these features. */
  Belief.LogitNormal belief(double[] features, double offset) {
    RealVector x = new ArrayRealVector(features);
    RealVector solved = new CholeskyDecomposition(hessian).getSolver().solve(x);
    return new Belief.LogitNormal(
        offset + coefficients.dotProduct(x), Math.sqrt(x.dotProduct(solved)));
  }
}
