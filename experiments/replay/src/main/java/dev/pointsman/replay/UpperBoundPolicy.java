package dev.pointsman.replay;

import dev.pointsman.routing.ArmProbabilities;
import dev.pointsman.routing.DecisionContext;
import dev.pointsman.routing.LearnedSettings;
import dev.pointsman.routing.Policy;
import dev.pointsman.routing.PolicyStatistics;
import dev.pointsman.routing.PolicyVersion;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Optimism by a bound, per segment: UCB1 (Auer et al., 2002) and KL-UCB (Garivier and Cappé, 2011).
 * They are here to compare with and are not served: they are deterministic, so that floors alone
 * would let anything be concluded from their log, and while feedback is on its way they choose the
 * same arm again and again.
 *
 * <p>With n rewards of mean r̄ in a cell and t rewards in its segment:
 *
 * <pre>UCB1:   r̄ + √(c·ln t / n), c = 0.5
 * KL-UCB: the largest q with n·kl(r̄, q) ≤ ln t + c·ln ln t, c = 0</pre>
 *
 * <p>An arm never tried in the segment comes first, in name order.
 */
final class UpperBoundPolicy implements Policy {

  private static final double SCALE = 0.5;
  private static final int BISECTIONS = 60;

  private final PolicyVersion version;
  private final LearnedSettings settings;
  private final Map<String, double[]> bounds;
  private final double[] floors;

  private UpperBoundPolicy(
      PolicyVersion version, LearnedSettings settings, Map<String, double[]> bounds) {
    this.version = version;
    this.settings = settings;
    this.bounds = bounds;
    this.floors = new double[settings.candidates().size()];
    Arrays.fill(floors, settings.exploration().minProbability());
  }

  /** Which bound. */
  enum Index {
    UCB1,
    KL_UCB
  }

  /** Number and sum of the rewards of each arm in one segment. */
  @SuppressWarnings("ArrayRecordComponent") // filled once, never compared
  private record Cells(double[] n, double[] sum) {

    double[] bounds(Index index) {
      double total = Arrays.stream(n).sum();
      double[] result = new double[n.length];
      for (int arm = 0; arm < result.length; arm++) {
        double mean = n[arm] == 0 ? 0 : sum[arm] / n[arm];
        result[arm] =
            n[arm] == 0
                ? Double.POSITIVE_INFINITY
                : switch (index) {
                  case UCB1 -> ucb1(mean, n[arm], total, SCALE);
                  case KL_UCB -> klUcb(mean, n[arm], total, 0);
                };
      }
      return result;
    }
  }

  /** The policy of one revision. */
  static UpperBoundPolicy of(
      PolicyVersion version, Index index, LearnedSettings settings, PolicyStatistics statistics) {
    int arms = settings.candidates().size();
    Map<String, Cells> segments = new HashMap<>();
    for (PolicyStatistics.Cell cell : statistics.cells()) {
      Cells cells =
          segments.computeIfAbsent(
              cell.segment(), segment -> new Cells(new double[arms], new double[arms]));
      int arm = settings.candidates().indexOf(cell.variant());
      cells.n[arm] += cell.weight();
      cells.sum[arm] += cell.sum();
    }
    Map<String, double[]> bounds = new HashMap<>();
    segments.forEach((segment, cells) -> bounds.put(segment, cells.bounds(index)));
    return new UpperBoundPolicy(version, settings, bounds);
  }

  /** The bound of UCB1 for an arm with n rewards of that mean, after t rewards in all. */
  static double ucb1(double mean, double n, double t, double c) {
    return mean + Math.sqrt(c * Math.max(0, Math.log(t)) / n);
  }

  /** The bound of KL-UCB for an arm with n rewards of that mean, after t rewards in all. */
  static double klUcb(double mean, double n, double t, double c) {
    double logT = Math.max(0, Math.log(t));
    double most = (logT + (c == 0 || logT <= 1 ? 0 : c * Math.log(logT))) / n;
    double low = Math.clamp(mean, 0, 1);
    double high = 1;
    for (int step = 0; step < BISECTIONS; step++) {
      double middle = (low + high) / 2;
      if (relativeEntropy(mean, middle) <= most) {
        low = middle;
      } else {
        high = middle;
      }
    }
    return low;
  }

  /** kl(p, q) of two chances, in nats. */
  private static double relativeEntropy(double p, double q) {
    double ofSuccess = p <= 0 ? 0 : p * Math.log(p / q);
    double ofFailure = p >= 1 ? 0 : (1 - p) * Math.log((1 - p) / (1 - q));
    return ofSuccess + ofFailure;
  }

  @Override
  public PolicyVersion version() {
    return version;
  }

  @Override
  public List<String> candidates() {
    return settings.candidates();
  }

  @Override
  public ArmProbabilities probabilities(DecisionContext context) {
    double[] ofSegment = bounds.get(context.segment());
    int best = -1;
    for (int arm = 0; arm < floors.length; arm++) {
      boolean better = best < 0 || (ofSegment != null && ofSegment[arm] > ofSegment[best]);
      if (context.selectable()[arm] && better) {
        best = arm;
      }
    }
    double[] probabilities = new double[floors.length];
    probabilities[best] = 1;
    return new ArmProbabilities(probabilities, floors, null);
  }
}
