package dev.pointsman.routing;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * LinUCB (Li et al., 2010), disjoint: the arm with the greatest
 *
 * <pre>θ·x + α·√(x'A⁻¹x) − what cost and time take</pre>
 *
 * has all probability but the floors, x the indicator of the segment beside a constant, as in {@link
 * SegmentPosterior}, with λ = 1 and α = 0.3. It is deterministic: only floors, uniform slice and
 * holdout say anything about the other arms, and while feedback is on its way it goes on choosing the
 * same one. Where that choice is worse than the best expected arm by more than the exploration limit
 * allows, the two are mixed. Immutable; the same settings, statistics and prices give the same
 * probabilities to the last bit.
 */
public final class LinUcbPolicy implements Policy {

  /** The name of the algorithm in configurations, artifacts and the log. */
  public static final String KIND = "linucb";

  private static final double RIDGE = 1;
  private static final double ALPHA = 0.3;

  private final PolicyVersion version;
  private final LearnedSettings settings;
  private final ArmEstimates estimates;
  private final double[][] means;
  private final double[][] widths;

  private LinUcbPolicy(
      PolicyVersion version,
      LearnedSettings settings,
      PolicyStatistics statistics,
      List<@Nullable TokenPrice> prices) {
    this.version = version;
    this.settings = settings;
    this.estimates = new ArmEstimates(settings, statistics, prices, MeanEstimator.VARIANT_MEAN);
    int arms = estimates.candidates().size();
    int rows = estimates.means().length;
    ArmEstimates.Evidence evidence = estimates.evidence(statistics);
    this.means = new double[rows][arms];
    this.widths = new double[rows][arms];
    for (int arm = 0; arm < arms; arm++) {
      SegmentPosterior posterior =
          SegmentPosterior.linear(
              evidence.counts(arm), evidence.sums(arm), estimates.expected(arm), RIDGE);
      for (int row = 0; row < rows; row++) {
        means[row][arm] = Math.clamp(posterior.mean(row), 0, 1);
        widths[row][arm] = ALPHA * Math.sqrt(posterior.variance(row));
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
  public static LinUcbPolicy of(
      PolicyVersion version,
      LearnedSettings settings,
      PolicyStatistics statistics,
      List<@Nullable TokenPrice> prices) {
    return new LinUcbPolicy(version, settings, statistics, prices);
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
  public boolean readsComplexity() {
    return estimates.readsComplexity();
  }

  @Override
  public ArmProbabilities probabilities(DecisionContext context) {
    boolean[] selectable = Arms.checkSelectable(context, estimates.candidates());
    int row = estimates.rowOf(context.segment());
    ArmScores scores = estimates.scores(context, row, means[row].clone());
    ExplorationLimit limit = new ExplorationLimit(settings, scores.utility(), selectable);
    double[] floors = limit.affordableFloors(estimates.floors(row));
    double[] bounds = scores.utility().clone();
    for (int arm = 0; arm < bounds.length; arm++) {
      bounds[arm] += widths[row][arm];
    }
    double[] probabilities = new double[bounds.length];
    probabilities[Arms.best(bounds, selectable)] = 1;
    return new ArmProbabilities(limit.limited(probabilities), floors, scores);
  }
}
