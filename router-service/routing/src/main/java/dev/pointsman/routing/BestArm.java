package dev.pointsman.routing;

import java.util.Arrays;
import java.util.List;
import java.util.stream.DoubleStream;
import org.apache.commons.math3.analysis.integration.gauss.GaussIntegrator;
import org.apache.commons.math3.analysis.integration.gauss.GaussIntegratorFactory;

/**
 * The probability that an arm is the best, and that it is the second best, under independent beliefs
 * about the arms' utilities: what Thompson sampling and top-two Thompson sampling choose by, without
 * drawing.
 *
 * <pre>P(a best) = ∫ f_a(x) ∏_{i≠a} F_i(x) dx
 * P(a second) = ∫ f_a(x) Σ_{j≠a} (1 − F_j(x)) ∏_{i≠a,j} F_i(x) dx</pre>
 *
 * where an arm's utility is its belief plus a constant, what it costs. One pass of Gauss–Legendre
 * panels serves all arms and both integrals. Panels are as wide as the narrowest belief there allows,
 * so beliefs may differ a hundredfold in width, where a Gauss–Hermite rule fails; F_i is the integral
 * of f_i on the same nodes, so one density per node and arm is all that is computed. The absolute
 * error is below 1e-8.
 */
final class BestArm {

  private static final int NODES = 10;

  /** Panels next to a kink grow by this factor, up to so many standard deviations. */
  private static final double GRADING = 10;

  private static final double LARGEST_GRADE = 1;

  private static final double[] POINTS = new double[NODES];
  private static final double[] WEIGHTS = new double[NODES];

  /** Row j integrates from −1 to the j-th point; exact for polynomials of degree NODES − 1. */
  private static final double[][] INTEGRALS = new double[NODES][NODES];

  static {
    GaussIntegrator rule = new GaussIntegratorFactory().legendre(NODES);
    double[][] legendre = new double[NODES][NODES + 1];
    for (int node = 0; node < NODES; node++) {
      POINTS[node] = rule.getPoint(node);
      WEIGHTS[node] = rule.getWeight(node);
      legendre[node][0] = 1;
      legendre[node][1] = POINTS[node];
      for (int n = 1; n < NODES; n++) {
        legendre[node][n + 1] =
            ((2 * n + 1) * POINTS[node] * legendre[node][n] - n * legendre[node][n - 1]) / (n + 1);
      }
    }
    for (int to = 0; to < NODES; to++) {
      for (int node = 0; node < NODES; node++) {
        double sum = POINTS[to] + 1;
        for (int n = 1; n < NODES; n++) {
          sum += legendre[node][n] * (legendre[to][n + 1] - legendre[to][n - 1]);
        }
        INTEGRALS[to][node] = WEIGHTS[node] / 2 * sum;
      }
    }
  }

  private final List<Belief> beliefs;
  private final double[] shifts;
  private final double[] best;
  private final double[] second;

  private BestArm(List<Belief> beliefs, double[] shifts) {
    this.beliefs = beliefs;
    this.shifts = shifts;
    this.best = new double[shifts.length];
    this.second = new double[shifts.length];
  }

  /**
   * P(a is best) per arm, summing to 1.
   *
   * @param beliefs one per arm, at least one
   * @param shifts what is added to each of them
   */
  static double[] best(List<Belief> beliefs, double[] shifts) {
    if (shifts.length == 1) {
      return new double[] {1};
    }
    BestArm integral = new BestArm(beliefs, shifts);
    integral.integrate(1);
    return normalised(integral.best);
  }

  /** The average of P(a is best) and P(a is second best) per arm, summing to 1. */
  static double[] topTwo(List<Belief> beliefs, double[] shifts) {
    if (shifts.length == 1) {
      return new double[] {1};
    }
    BestArm integral = new BestArm(beliefs, shifts);
    integral.integrate(2);
    double[] first = normalised(integral.best);
    double[] second = normalised(integral.second);
    for (int arm = 0; arm < first.length; arm++) {
      first[arm] = (first[arm] + second[arm]) / 2;
    }
    return first;
  }

  private static double[] normalised(double[] values) {
    double sum = 0;
    for (double value : values) {
      sum += value;
    }
    double[] result = new double[values.length];
    for (int arm = 0; arm < values.length; arm++) {
      result[arm] = values[arm] / sum;
    }
    return result;
  }

  private void integrate(int places) {
    int arms = shifts.length;
    double[] lower = new double[arms];
    double[] upper = new double[arms];
    for (int arm = 0; arm < arms; arm++) {
      lower[arm] = beliefs.get(arm).lower() + shifts[arm];
      upper[arm] = beliefs.get(arm).upper() + shifts[arm];
    }
    // Nothing happens where as many arms are above for certain as there are places.
    double[] ordered = lower.clone();
    Arrays.sort(ordered);
    double from = ordered[arms - places];
    double to = Arrays.stream(upper).max().orElseThrow();
    double[] ends = ends(lower, upper, from, to);

    double[] reached = new double[arms];
    for (int arm = 0; arm < arms; arm++) {
      reached[arm] = from <= lower[arm] ? 0 : beliefs.get(arm).cumulative(from - shifts[arm]);
    }
    double[][] density = new double[arms][NODES];
    double[][] cumulative = new double[arms][NODES];
    Sweep sweep = new Sweep(arms);
    int nextEnd = 0;
    for (double at = from; at < to; ) {
      while (ends[nextEnd] <= at) {
        nextEnd++;
      }
      double width = ends[nextEnd] - at;
      for (int arm = 0; arm < arms; arm++) {
        if (lower[arm] <= at && at < upper[arm]) {
          width = Math.min(width, beliefs.get(arm).smoothOver(at - shifts[arm]));
        }
      }
      // A last sliver is taken along rather than given a panel of its own.
      double end = ends[nextEnd] - at <= 1.01 * width ? ends[nextEnd] : at + width;
      double half = (end - at) / 2;
      if (!(end > at) || half == 0) {
        break;
      }
      for (int arm = 0; arm < arms; arm++) {
        reached[arm] =
            panel(arm, lower[arm] <= at && at < upper[arm], at, half, density, cumulative, reached);
      }
      for (int node = 0; node < NODES; node++) {
        sweep.add(density, cumulative, node, half * WEIGHTS[node], best, second);
      }
      at = end;
    }
  }

  /** Fills one arm's densities and cumulatives; returns its cumulative at the end. */
  private double panel(
      int arm,
      boolean active,
      double from,
      double half,
      double[][] density,
      double[][] cumulative,
      double[] reached) {
    if (!active) {
      Arrays.fill(density[arm], 0);
      Arrays.fill(cumulative[arm], reached[arm]);
      return reached[arm];
    }
    double[] f = density[arm];
    Belief belief = beliefs.get(arm);
    double total = 0;
    for (int node = 0; node < NODES; node++) {
      f[node] = belief.density(from + half * (1 + POINTS[node]) - shifts[arm]);
      total += WEIGHTS[node] * f[node];
    }
    for (int node = 0; node < NODES; node++) {
      double sum = 0;
      for (int k = 0; k < NODES; k++) {
        sum += INTEGRALS[node][k] * f[k];
      }
      cumulative[arm][node] = Math.clamp(reached[arm] + half * sum, 0, 1);
    }
    return Math.min(1, reached[arm] + half * total);
  }

  /** Where panels have to end: at the ends of every belief, and graded towards kinks. */
  private double[] ends(double[] lower, double[] upper, double from, double to) {
    DoubleStream.Builder ends = DoubleStream.builder();
    for (int arm = 0; arm < shifts.length; arm++) {
      Belief belief = beliefs.get(arm);
      ends.add(lower[arm]);
      ends.add(upper[arm]);
      for (double at = belief.kinkBelow(); at < LARGEST_GRADE; at *= GRADING) {
        ends.add(lower[arm] + at * belief.standardDeviation());
      }
      for (double at = belief.kinkAbove(); at < LARGEST_GRADE; at *= GRADING) {
        ends.add(upper[arm] - at * belief.standardDeviation());
      }
    }
    double[] inside = ends.build().filter(end -> end > from && end < to).sorted().toArray();
    double[] result = Arrays.copyOf(inside, inside.length + 1);
    result[inside.length] = to;
    return result;
  }

  /** The products over all arms but one, by prefixes and suffixes. */
  private static final class Sweep {

    private final double[] noneAbove;
    private final double[] oneAbove;

    Sweep(int arms) {
      this.noneAbove = new double[arms + 1];
      this.oneAbove = new double[arms + 1];
    }

    void add(
        double[][] density,
        double[][] cumulative,
        int node,
        double weight,
        double[] best,
        double[] second) {
      int arms = best.length;
      noneAbove[arms] = 1;
      oneAbove[arms] = 0;
      for (int arm = arms - 1; arm >= 0; arm--) {
        double below = cumulative[arm][node];
        noneAbove[arm] = noneAbove[arm + 1] * below;
        oneAbove[arm] = oneAbove[arm + 1] * below + noneAbove[arm + 1] * (1 - below);
      }
      double none = 1;
      double one = 0;
      for (int arm = 0; arm < arms; arm++) {
        double mass = weight * density[arm][node];
        best[arm] += mass * none * noneAbove[arm + 1];
        second[arm] += mass * (none * oneAbove[arm + 1] + one * noneAbove[arm + 1]);
        double below = cumulative[arm][node];
        one = one * below + none * (1 - below);
        none *= below;
      }
    }
  }
}
