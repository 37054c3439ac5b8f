package dev.pointsman.routing;

import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * ε-greedy (Sutton and Barto, 2018, §2.2): the arm of best expected utility, and a share ε of the
 * requests spread evenly over all K selectable ones. The easiest to explain.
 *
 * <pre>π(b) = 1 − ε + ε/K, else ε/K;  ε constant, or min(1, c·K/t)</pre>
 *
 * with t the discounted feedbacks of the function. Utilities are those of {@link ArmEstimates}; where
 * ε explores more than the exploration limit allows, it is less. Immutable; the same settings,
 * statistics and prices give the same probabilities to the last bit.
 */
public final class EpsilonGreedyPolicy implements Policy {

  /** The name of the algorithm in configurations, artifacts and the log. */
  public static final String KIND = "epsilon_greedy";

  private final PolicyVersion version;
  private final LearnedSettings settings;
  private final ArmEstimates estimates;
  private final double feedbacks;

  private EpsilonGreedyPolicy(
      PolicyVersion version,
      LearnedSettings settings,
      PolicyStatistics statistics,
      List<@Nullable TokenPrice> prices,
      MeanEstimator estimator) {
    this.version = version;
    this.settings = settings;
    this.estimates = new ArmEstimates(settings, statistics, prices, estimator);
    this.feedbacks = statistics.feedbackCount();
  }

  /**
   * The policy of one revision.
   *
   * @param statistics the revision's evidence; {@link PolicyStatistics#EMPTY} for a cold start
   * @param prices today's price per candidate, null where unknown
   * @throws IllegalArgumentException if the candidates are not in name order, the prices do not fit
   *     them, or a number in the settings or the statistics cannot be
   */
  public static EpsilonGreedyPolicy of(
      PolicyVersion version,
      LearnedSettings settings,
      PolicyStatistics statistics,
      List<@Nullable TokenPrice> prices,
      MeanEstimator estimator) {
    return new EpsilonGreedyPolicy(version, settings, statistics, prices, estimator);
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
    ArmScores scores = estimates.scores(context, row, estimates.means()[row].clone());
    ExplorationLimit limit = new ExplorationLimit(settings, scores.utility(), selectable);
    double[] floors = limit.affordableFloors(estimates.floors(row));
    double epsilon = epsilon(limit.arms());
    double[] probabilities = Arms.uniform(selectable);
    Arrays.setAll(probabilities, arm -> probabilities[arm] * epsilon);
    probabilities[limit.best()] += 1 - epsilon;
    return new ArmProbabilities(limit.limited(probabilities), floors, scores);
  }

  private double epsilon(int arms) {
    Double decay = settings.options().epsilonDecay();
    if (decay == null) {
      return settings.options().epsilon();
    }
    return feedbacks == 0 ? 1 : Math.min(1, decay * arms / feedbacks);
  }
}
