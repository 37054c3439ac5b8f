package dev.pointsman.routing;

import org.apache.commons.math3.linear.Array2DRowRealMatrix;
import org.apache.commons.math3.linear.ArrayRealVector;
import org.apache.commons.math3.linear.CholeskyDecomposition;
import org.apache.commons.math3.linear.RealMatrix;
import org.apache.commons.math3.linear.RealVector;

/**
 * Ridge regression of rewards r on features x, with evidence that fades (Li et al., 2010, for one
 * arm):
 *
 * <pre>A = g·A + x·x', b = g·b + r·x from A = λ·I, b = 0;  θ = A⁻¹·b</pre>
 *
 * <p>The same sums give the upper confidence bound of LinUCB, θ·x + α·√(x'A⁻¹x), and the belief of
 * LinTS, normal around θ·x with standard deviation v·√(x'A⁻¹x); with λ the noise's variance over the
 * prior's and v the noise's standard deviation that belief is the exact posterior. The prior fades
 * with the rest. Not safe for concurrent use.
 */
final class LinearRegression {

  private RealMatrix precision;
  private RealVector response;

  /**
   * Nothing learned yet.
   *
   * @param ridge λ, above 0
   */
  LinearRegression(int features, double ridge) {
    this.precision = new Array2DRowRealMatrix(features, features);
    for (int feature = 0; feature < features; feature++) {
      precision.setEntry(feature, feature, ridge);
    }
    this.response = new ArrayRealVector(features);
  }

  /**
   * Learns one reward.
   *
   * @param keep g, how much of what was known before is kept, above 0 and at most 1
   */
  void add(double[] features, double reward, double keep) {
    RealVector x = new ArrayRealVector(features);
    precision = precision.scalarMultiply(keep).add(x.outerProduct(x));
    response = response.mapMultiply(keep).add(x.mapMultiply(reward));
  }

  /** θ. */
  double[] coefficients() {
    return new CholeskyDecomposition(precision).getSolver().solve(response).toArray();
  }

  /**
   * What is believed about the mean reward at these features.
   *
   * @param scale v
   */
  Belief.Normal belief(double[] features, double scale) {
    CholeskyDecomposition factor = new CholeskyDecomposition(precision);
    RealVector x = new ArrayRealVector(features);
    RealVector solved = factor.getSolver().solve(x);
    return new Belief.Normal(solved.dotProduct(response), scale * Math.sqrt(x.dotProduct(solved)));
  }
}
