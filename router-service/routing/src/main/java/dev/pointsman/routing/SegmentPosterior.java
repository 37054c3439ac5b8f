package dev.pointsman.routing;

/**
 * What is believed about one arm in every segment, by a regression on the indicator of the segment
 * beside a constant: x = (1, 0, …, 1, …, 0). The constant carries what the arm shows everywhere into
 * segments where it was hardly tried.
 *
 * <p>With weight w_s in segment s the precision is A = λ·I + Σ w_s·x_s·x_s', an arrow whose inverse
 * is known: with h_s = w_s/(w_s + λ) and D = λ + Σ λ·h_s,
 *
 * <pre>x_s'·A⁻¹·x_s = (1 − h_s)²/D + 1/(w_s + λ)</pre>
 *
 * <p>Linear (ridge; Li et al., 2010): w_s = n_s, the (discounted) number of rewards, and the response
 * is the sum of rewards less what is expected of the arm before any. Logistic (Laplace; Chapelle and
 * Li, 2011): the mode of the penalised likelihood by Newton's method, then w_s = n_s·p_s·(1 − p_s).
 * Sums of weights fade with the evidence; the prior does not.
 *
 * <p>One entry per segment, and a last one for a segment never seen.
 */
final class SegmentPosterior {

  private static final int STEPS = 50;
  private static final double SMALLEST_STEP = 1e-12;

  /** Steps are halved at most so often; the penalty makes the objective strictly convex. */
  private static final int HALVINGS = 30;

  private final double[] mean;
  private final double[] variance;

  private SegmentPosterior(double[] mean, double[] variance) {
    this.mean = mean;
    this.variance = variance;
  }

  /** The believed mean per segment: of the reward (linear) or of its log odds (logistic). */
  double mean(int segment) {
    return mean[segment];
  }

  /** x'A⁻¹x per segment; for log odds the variance of the belief. */
  double variance(int segment) {
    return variance[segment];
  }

  /**
   * Ridge regression of the rewards.
   *
   * @param n rewards per segment, discounted
   * @param sum sum of rewards per segment, discounted
   * @param expected the mean reward expected before any evidence
   * @param ridge λ, above 0
   */
  static SegmentPosterior linear(double[] n, double[] sum, double expected, double ridge) {
    double[] response = new double[n.length];
    for (int segment = 0; segment < n.length; segment++) {
      response[segment] = sum[segment] - n[segment] * expected;
    }
    Arrow arrow = new Arrow(n, ridge);
    double[] coefficients = arrow.solve(response, total(response));
    double[] mean = arrow.predictions(coefficients);
    for (int segment = 0; segment < mean.length; segment++) {
      mean[segment] += expected;
    }
    return new SegmentPosterior(mean, arrow.variances());
  }

  /**
   * Logistic regression of the rewards; a reward between 0 and 1 counts as that share of a success.
   *
   * @param n rewards per segment, discounted
   * @param sum sum of rewards per segment, discounted
   * @param expected the log odds expected before any evidence
   * @param ridge λ, above 0
   */
  static SegmentPosterior logistic(double[] n, double[] sum, double expected, double ridge) {
    double[] coefficients = new double[n.length + 1];
    Arrow arrow = null;
    double[] predicted = new double[n.length + 1];
    double loss = loss(n, sum, expected, ridge, coefficients);
    for (int step = 0; step < STEPS; step++) {
      double[] weights = new double[n.length];
      double[] slope = new double[n.length];
      for (int segment = 0; segment < n.length; segment++) {
        double p = sigmoid(expected + coefficients[0] + coefficients[segment + 1]);
        weights[segment] = n[segment] * p * (1 - p);
        slope[segment] = sum[segment] - n[segment] * p;
      }
      double constant = total(slope) - ridge * coefficients[0];
      for (int segment = 0; segment < n.length; segment++) {
        slope[segment] -= ridge * coefficients[segment + 1];
      }
      arrow = new Arrow(weights, ridge);
      double[] direction = arrow.solve(slope, constant);
      double length = 1;
      double[] next = moved(coefficients, direction, length);
      double lossThere = loss(n, sum, expected, ridge, next);
      for (int halving = 0; halving < HALVINGS && rises(loss, lossThere); halving++) {
        length /= 2;
        next = moved(coefficients, direction, length);
        lossThere = loss(n, sum, expected, ridge, next);
      }
      double change = largest(direction) * length;
      coefficients = next;
      loss = lossThere;
      predicted = arrow.predictions(coefficients);
      if (change < SMALLEST_STEP) {
        break;
      }
    }
    for (int segment = 0; segment < predicted.length; segment++) {
      predicted[segment] += expected;
    }
    double[] weights = new double[n.length];
    for (int segment = 0; segment < n.length; segment++) {
      double p = sigmoid(predicted[segment]);
      weights[segment] = n[segment] * p * (1 - p);
    }
    return new SegmentPosterior(predicted, new Arrow(weights, ridge).variances());
  }

  /** 1 / (1 + exp(−z)). */
  static double sigmoid(double z) {
    return 1 / (1 + StrictMath.exp(-z));
  }

  /** log(p / (1 − p)), with p kept off the ends. */
  static double logit(double p) {
    double inside = Math.clamp(p, 1e-3, 1 - 1e-3);
    return StrictMath.log(inside / (1 - inside));
  }

  /** The negative log likelihood and λ/2 of the squared coefficients. */
  private static double loss(
      double[] n, double[] sum, double expected, double ridge, double[] coefficients) {
    double result = ridge * coefficients[0] * coefficients[0] / 2;
    for (int segment = 0; segment < n.length; segment++) {
      double own = coefficients[segment + 1];
      double z = expected + coefficients[0] + own;
      // log(1 + exp(z)) without overflow.
      double softPlus = Math.max(z, 0) + StrictMath.log1p(StrictMath.exp(-Math.abs(z)));
      result += n[segment] * softPlus - sum[segment] * z + ridge * own * own / 2;
    }
    return result;
  }

  /** Close to the minimum a step changes the loss by rounding errors only. */
  private static boolean rises(double loss, double lossThere) {
    return lossThere > loss + 1e-12 * Math.abs(loss);
  }

  private static double[] moved(double[] from, double[] direction, double length) {
    double[] result = new double[from.length];
    for (int at = 0; at < from.length; at++) {
      result[at] = from[at] + length * direction[at];
    }
    return result;
  }

  private static double largest(double[] values) {
    double result = 0;
    for (double value : values) {
      result = Math.max(result, Math.abs(value));
    }
    return result;
  }

  private static double total(double[] values) {
    double result = 0;
    for (double value : values) {
      result += value;
    }
    return result;
  }

  /** The matrix A; row and column 0 are the constant's. */
  private static final class Arrow {

    private final double[] weights;
    private final double ridge;
    private final double pivot;

    Arrow(double[] weights, double ridge) {
      this.weights = weights;
      this.ridge = ridge;
      double sum = ridge;
      for (double weight : weights) {
        sum += ridge * weight / (weight + ridge);
      }
      this.pivot = sum;
    }

    /** A⁻¹·(constant, ofSegments). */
    double[] solve(double[] ofSegments, double constant) {
      double right = constant;
      for (int segment = 0; segment < weights.length; segment++) {
        right -= weights[segment] * ofSegments[segment] / (weights[segment] + ridge);
      }
      double[] result = new double[weights.length + 1];
      result[0] = right / pivot;
      for (int segment = 0; segment < weights.length; segment++) {
        result[segment + 1] =
            (ofSegments[segment] - weights[segment] * result[0]) / (weights[segment] + ridge);
      }
      return result;
    }

    /** x_s·coefficients per segment, and for a segment never seen. */
    double[] predictions(double[] coefficients) {
      double[] result = new double[weights.length + 1];
      for (int segment = 0; segment < weights.length; segment++) {
        result[segment] = coefficients[0] + coefficients[segment + 1];
      }
      result[weights.length] = coefficients[0];
      return result;
    }

    /** x_s'·A⁻¹·x_s per segment, and for a segment never seen. */
    double[] variances() {
      double[] result = new double[weights.length + 1];
      for (int segment = 0; segment <= weights.length; segment++) {
        double weight = segment < weights.length ? weights[segment] : 0;
        double left = ridge / (weight + ridge);
        result[segment] = left * left / pivot + 1 / (weight + ridge);
      }
      return result;
    }
  }
}
