package dev.pointsman.routing;

import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Finds the best variant of a function and stays with it: {@link TrackAndStop}'s allocation until its
 * test is passed, from then on the winner. Segments are pooled, since one variant is to win.
 *
 * <p>K selectable arms are in one of these states, by their (discounted) rewards:
 *
 * <ul>
 *   <li>fewer than two arms have the least rewards asked for: 1/K each;
 *   <li>some have fewer: 1/K each for those, the others share the rest by the allocation;
 *   <li>all have them, and the test is passed: everything on the winner;
 *   <li>else the allocation.
 * </ul>
 *
 * <p>Means are utilities ({@link ArmEstimates}), so a winner is worth what it costs; variances are
 * those of the rewards. Evidence that ages or changes can reopen a decision. Floors and exploration
 * limit are kept as by all learning policies, so the losers' logs still judge other policies; a limit
 * makes the search longer. The {@code adaptive} form, after TensorZero, has neither: the least
 * probability is a bound of the allocation, and the winner gets everything. Immutable but for a memo that shows in nothing but time.
 */
public final class TrackAndStopPolicy implements Policy {

  /** The name of the algorithm in configurations, artifacts and the log. */
  public static final String KIND = "track_and_stop";

  /** The name of its form after TensorZero. */
  public static final String ADAPTIVE_KIND = "adaptive";

  private final PolicyVersion version;
  private final LearnedSettings settings;
  private final LearnedSettings.Stopping stopping;
  private final boolean adaptive;
  private final ArmEstimates estimates;
  private final double[] counts;
  private final double[] means;
  private final double[] variances;
  private final DecisionMemo memo = new DecisionMemo();

  private TrackAndStopPolicy(
      PolicyVersion version,
      LearnedSettings settings,
      PolicyStatistics statistics,
      List<@Nullable TokenPrice> prices,
      boolean adaptive) {
    this.version = version;
    this.settings = settings;
    this.stopping = settings.options().stopping();
    this.adaptive = adaptive;
    this.estimates = new ArmEstimates(settings, statistics, prices, MeanEstimator.VARIANT_MEAN);
    int arms = estimates.candidates().size();
    this.counts = new double[arms];
    this.means = new double[arms];
    this.variances = new double[arms];
    double[] squares = new double[arms];
    for (PolicyStatistics.Cell cell : statistics.cells()) {
      int arm = estimates.candidates().indexOf(cell.variant());
      if (arm >= 0) {
        counts[arm] += cell.weight();
        means[arm] += cell.sum();
        squares[arm] += cell.sumSquares();
      }
    }
    // The row of segments never seen holds the arms' means over all segments.
    double[] priors = estimates.means()[estimates.means().length - 1];
    for (int arm = 0; arm < arms; arm++) {
      double n = counts[arm];
      if (n >= stopping.leastSamples()) {
        means[arm] /= n;
        variances[arm] = Math.max(0, squares[arm] - n * means[arm] * means[arm]) / (n - 1);
        counts[arm] = Math.min(n, stopping.mostSamples());
      } else {
        means[arm] = priors[arm];
      }
    }
  }

  /**
   * The policy of one revision.
   *
   * @param statistics the revision's evidence; {@link PolicyStatistics#EMPTY} for a cold start
   * @param prices today's price per candidate, null where unknown
   * @throws IllegalArgumentException if the candidates are not in name order, the prices do not fit
   *     them, or a number in the settings or the statistics cannot be
   */
  public static TrackAndStopPolicy of(
      PolicyVersion version,
      LearnedSettings settings,
      PolicyStatistics statistics,
      List<@Nullable TokenPrice> prices) {
    return new TrackAndStopPolicy(version, settings, statistics, prices, false);
  }

  /** The form after TensorZero, with the same arguments as {@link #of}. */
  public static TrackAndStopPolicy adaptive(
      PolicyVersion version,
      LearnedSettings settings,
      PolicyStatistics statistics,
      List<@Nullable TokenPrice> prices) {
    return new TrackAndStopPolicy(version, settings, statistics, prices, true);
  }

  @Override
  public PolicyVersion version() {
    return version;
  }

  @Override
  public List<String> candidates() {
    return estimates.candidates();
  }

  @Override
  public ArmProbabilities probabilities(DecisionContext context) {
    boolean[] selectable = Arms.checkSelectable(context, estimates.candidates());
    int row = estimates.rowOf(context.segment());
    if (context.textShifts().length > 0) {
      return compute(context, selectable, row); // hardly two conversations have the same shifts
    }
    double weight = estimates.utilityWeight(context);
    ArmProbabilities known = memo.find(context, row, weight, null);
    return known != null
        ? known
        : memo.keep(context, row, weight, null, compute(context, selectable, row));
  }

  private ArmProbabilities compute(DecisionContext context, boolean[] selectable, int row) {
    ArmScores scores = estimates.scoresByEvidence(context, row, means.clone());
    ExplorationLimit limit = new ExplorationLimit(settings, scores.utility(), selectable);
    double[] probabilities = shares(scores.utility(), selectable, limit.arms());
    if (adaptive) {
      return new ArmProbabilities(probabilities, new double[selectable.length], scores);
    }
    double[] floors = limit.affordableFloors(estimates.floors(row));
    return new ArmProbabilities(limit.limited(probabilities), floors, scores);
  }

  private double[] shares(double[] utility, boolean[] selectable, int selectableCount) {
    int[] mature = new int[selectableCount];
    int count = 0;
    for (int arm = 0; arm < selectable.length; arm++) {
      if (selectable[arm] && counts[arm] >= stopping.leastSamples()) {
        mature[count++] = arm;
      }
    }
    double[] result = Arms.uniform(selectable);
    if (count < 2) {
      return result;
    }
    int[] compared = Arrays.copyOf(mature, count);
    double[] n = of(counts, compared);
    double[] mean = of(utility, compared);
    double[] variance = of(variances, compared);
    double[] weights;
    if (count == selectableCount
        && TrackAndStop.isDecided(n, mean, variance, stopping.epsilon(), stopping.delta())) {
      weights = new double[count];
      weights[TrackAndStop.leader(n, mean, variance)] = 1;
    } else {
      weights =
          TrackAndStop.weights(
              n,
              mean,
              variance,
              stopping.epsilon(),
              adaptive ? settings.exploration().minProbability() : 0);
    }
    double together = (double) count / selectableCount;
    for (int at = 0; at < count; at++) {
      result[compared[at]] = together * weights[at];
    }
    return result;
  }

  private static double[] of(double[] values, int[] arms) {
    return Arrays.stream(arms).mapToDouble(arm -> values[arm]).toArray();
  }
}
