package dev.pointsman.routing;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Thompson sampling (Thompson, 1933) without drawing: an arm's probability is that of being the best
 * under what is believed, so that the propensity is exact. Top-two (Russo, 2016) takes the average of
 * the probabilities of being the best and the second best, which finds the best arm sooner and costs
 * more on the way.
 *
 * <p>The belief about the quality of arm a in segment s, from n (discounted) rewards r and m_a, the
 * arm's mean over all segments, which counts for k = 4 rewards:
 *
 * <pre>boolean: Beta(1 + k·m_a + Σr, 1 + k·(1 − m_a) + Σ(1 − r))
 * float:   normal around μ' = (k·m_a + Σr) / k', k' = k + n, with variance b' / (a'·k'),
 *          a' = 2 + n/2, b' = 1/6 + SS/2 + k·n·(r̄ − m_a)² / (2k')</pre>
 *
 * the second one being the normal-inverse-gamma posterior whose prior variance, 1/12, is that of a
 * reward spread evenly over 0..1. Two forms learn the arm's own level and its segments' departures
 * from it together, by {@link SegmentPosterior} with λ = 1:
 *
 * <pre>lints: normal around θ·x with standard deviation 0.2·√(x'A⁻¹x) (Agrawal and Goyal, 2013)
 * logistic_thompson: log odds normal, by Laplace's approximation (Chapelle and Li, 2011)</pre>
 *
 * <p>The utility is the quality minus what cost and time take, as in
 * {@link ArmEstimates}; those are taken as known, so they shift the belief. Arms' beliefs are taken
 * as independent. {@link BestArm} has the integral.
 *
 * <p>Where that explores more than the exploration limit allows, the probabilities are mixed with
 * the best expected arm. Immutable but for a memo that shows in nothing but time; the same settings,
 * statistics and prices give the same probabilities to the last bit.
 */
public final class ThompsonPolicy implements Policy {

  /** The name of Thompson sampling in configurations, artifacts and the log. */
  public static final String KIND = "thompson";

  /** The name of its top-two form. */
  public static final String TOP_TWO_KIND = "top_two";

  /** The name of its form with linear regression. */
  public static final String LINEAR_KIND = "lints";

  /** The name of its form with logistic regression. */
  public static final String LOGISTIC_KIND = "logistic_thompson";

  private static final double PSEUDO_COUNTS = 4;
  private static final double PRIOR_A = 2;
  private static final double PRIOR_B = PRIOR_A / 12;
  private static final double RIDGE = 1;
  private static final double LINEAR_SCALE = 0.2;

  /** More evidence than this changes no decision, and beliefs stay wide enough to integrate. */
  private static final double LARGEST_COUNT = 1e6;

  private final PolicyVersion version;
  private final LearnedSettings settings;
  private final boolean topTwo;
  private final ArmEstimates estimates;
  private final Belief[][] beliefs;
  private final DecisionMemo memo = new DecisionMemo();

  private ThompsonPolicy(
      Form form,
      PolicyVersion version,
      LearnedSettings settings,
      PolicyStatistics statistics,
      List<@Nullable TokenPrice> prices) {
    this.version = version;
    this.settings = settings;
    this.topTwo = form == Form.TOP_TWO;
    this.estimates = new ArmEstimates(settings, statistics, prices, MeanEstimator.VARIANT_MEAN);
    this.beliefs =
        switch (form) {
          case BEST, TOP_TWO -> conjugate(settings, estimates, estimates.evidence(statistics));
          case LINEAR -> linear(estimates, estimates.evidence(statistics));
          case LOGISTIC -> logistic(estimates, estimates.evidence(statistics));
        };
  }

  /** What is believed, and what is asked of it. */
  enum Form {
    /** Beta or normal beliefs; the chance of being the best. */
    BEST,
    /** The same beliefs; the average of the chances of being the best and the second best. */
    TOP_TWO,
    /** Linear regression on the segments; the chance of being the best. */
    LINEAR,
    /** Logistic regression on the segments; the chance of being the best. */
    LOGISTIC
  }

  /**
   * The policy of one revision.
   *
   * @param form what is believed, and what is asked of it
   * @param statistics the revision's evidence; {@link PolicyStatistics#EMPTY} for a cold start
   * @param prices today's price per candidate, null where unknown
   * @throws IllegalArgumentException if the candidates are not in name order, the prices do not fit
   *     them, or a number in the settings or the statistics cannot be
   */
  static ThompsonPolicy of(
      Form form,
      PolicyVersion version,
      LearnedSettings settings,
      PolicyStatistics statistics,
      List<@Nullable TokenPrice> prices) {
    return new ThompsonPolicy(form, version, settings, statistics, prices);
  }

  private static Belief[][] conjugate(
      LearnedSettings settings, ArmEstimates estimates, ArmEstimates.Evidence evidence) {
    int rows = estimates.means().length;
    // The row of segments never seen holds the arms' means over all segments.
    double[] armMeans = estimates.means()[rows - 1];
    Belief[][] result = new Belief[rows][armMeans.length];
    for (int row = 0; row < rows; row++) {
      for (int arm = 0; arm < armMeans.length; arm++) {
        double n = evidence.count(arm, row);
        double sum = evidence.sum(arm, row);
        result[row][arm] =
            switch (settings.options().rewards()) {
              case BOOLEAN -> beta(armMeans[arm], n, sum);
              case FLOAT -> normal(armMeans[arm], n, sum, evidence.sumSquares(arm, row));
            };
      }
    }
    return result;
  }

  private static Belief[][] linear(ArmEstimates estimates, ArmEstimates.Evidence evidence) {
    return regressed(
        estimates,
        (arm, expected) ->
            SegmentPosterior.linear(evidence.counts(arm), evidence.sums(arm), expected, RIDGE),
        (mean, variance) -> new Belief.Normal(mean, LINEAR_SCALE * Math.sqrt(variance)));
  }

  private static Belief[][] logistic(ArmEstimates estimates, ArmEstimates.Evidence evidence) {
    return regressed(
        estimates,
        (arm, expected) ->
            SegmentPosterior.logistic(
                evidence.counts(arm), evidence.sums(arm), SegmentPosterior.logit(expected), RIDGE),
        (mean, variance) -> new Belief.LogitNormal(mean, Math.sqrt(variance)));
  }

  /** The beliefs that a regression per arm gives, by row and arm. */
  private static Belief[][] regressed(
      ArmEstimates estimates, Regression regression, DoubleBinaryBelief belief) {
    int arms = estimates.candidates().size();
    int rows = estimates.means().length;
    Belief[][] result = new Belief[rows][arms];
    for (int arm = 0; arm < arms; arm++) {
      SegmentPosterior posterior = regression.of(arm, estimates.expected(arm));
      for (int row = 0; row < rows; row++) {
        result[row][arm] = belief.of(posterior.mean(row), posterior.variance(row));
      }
    }
    return result;
  }

  /** Fits one arm. */
  private interface Regression {
    SegmentPosterior of(int arm, double expected);
  }

  /** A belief by mean and variance. */
  private interface DoubleBinaryBelief {
    Belief of(double mean, double variance);
  }

  private static Belief beta(double armMean, double n, double sum) {
    double alpha = 1 + PSEUDO_COUNTS * armMean + Math.max(0, sum);
    double beta = 1 + PSEUDO_COUNTS * (1 - armMean) + Math.max(0, n - sum);
    double factor = Math.min(1, LARGEST_COUNT / (alpha + beta));
    return new Belief.BetaShaped(Math.max(1, alpha * factor), Math.max(1, beta * factor));
  }

  private static Belief normal(double armMean, double n, double sum, double squares) {
    double counts = PSEUDO_COUNTS + n;
    double mean = n == 0 ? armMean : Math.clamp(sum / n, 0, 1);
    double around = Math.max(0, squares - n * mean * mean);
    double a = PRIOR_A + n / 2;
    double b =
        PRIOR_B
            + around / 2
            + PSEUDO_COUNTS * n * (mean - armMean) * (mean - armMean) / (2 * counts);
    double variance = Math.max(b / (a * counts), 1 / (LARGEST_COUNT * LARGEST_COUNT));
    return new Belief.Normal((PSEUDO_COUNTS * armMean + n * mean) / counts, Math.sqrt(variance));
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
    if (context.textShifts().length > 0) {
      return compute(context, selectable, row); // hardly two conversations have the same shifts
    }
    double weight = estimates.utilityWeight(context);
    String tier = estimates.complexity(context);
    ArmProbabilities known = memo.find(context, row, weight, tier);
    return known != null
        ? known
        : memo.keep(context, row, weight, tier, compute(context, selectable, row));
  }

  private ArmProbabilities compute(DecisionContext context, boolean[] selectable, int row) {
    double[] expected = Arrays.stream(beliefs[row]).mapToDouble(Belief::mean).toArray();
    ArmScores scores = estimates.scores(context, row, expected);
    ExplorationLimit limit = new ExplorationLimit(settings, scores.utility(), selectable);
    double[] floors = limit.affordableFloors(estimates.floors(row));
    List<Belief> compared = new ArrayList<>();
    double[] shifts = new double[limit.arms()];
    for (int arm = 0; arm < selectable.length; arm++) {
      if (selectable[arm]) {
        shifts[compared.size()] = scores.utility()[arm] - expected[arm];
        compared.add(beliefs[row][arm]);
      }
    }
    double[] chances = topTwo ? BestArm.topTwo(compared, shifts) : BestArm.best(compared, shifts);
    double[] probabilities = new double[selectable.length];
    int next = 0;
    for (int arm = 0; arm < selectable.length; arm++) {
      probabilities[arm] = selectable[arm] ? chances[next++] : 0;
    }
    return new ArmProbabilities(limit.limited(probabilities), floors, scores);
  }
}
