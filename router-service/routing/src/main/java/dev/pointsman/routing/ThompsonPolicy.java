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
 * reward spread evenly over 0..1. The utility is the quality minus what cost and time take, as in
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

  private static final double PSEUDO_COUNTS = 4;
  private static final double PRIOR_A = 2;
  private static final double PRIOR_B = PRIOR_A / 12;

  /** More evidence than this changes no decision, and beliefs stay wide enough to integrate. */
  private static final double LARGEST_COUNT = 1e6;

  private final PolicyVersion version;
  private final LearnedSettings settings;
  private final boolean topTwo;
  private final ArmEstimates estimates;
  private final Belief[][] beliefs;
  private final DecisionMemo memo = new DecisionMemo();

  private ThompsonPolicy(
      PolicyVersion version,
      LearnedSettings settings,
      PolicyStatistics statistics,
      List<@Nullable TokenPrice> prices,
      boolean topTwo) {
    this.version = version;
    this.settings = settings;
    this.topTwo = topTwo;
    this.estimates = new ArmEstimates(settings, statistics, prices, MeanEstimator.VARIANT_MEAN);
    this.beliefs = beliefs(settings, statistics, estimates);
  }

  /**
   * Thompson sampling.
   *
   * @param statistics the revision's evidence; {@link PolicyStatistics#EMPTY} for a cold start
   * @param prices today's price per candidate, null where unknown
   * @throws IllegalArgumentException if the candidates are not in name order, the prices do not fit
   *     them, or a number in the settings or the statistics cannot be
   */
  public static ThompsonPolicy of(
      PolicyVersion version,
      LearnedSettings settings,
      PolicyStatistics statistics,
      List<@Nullable TokenPrice> prices) {
    return new ThompsonPolicy(version, settings, statistics, prices, false);
  }

  /** The top-two form, with the same arguments as {@link #of}. */
  public static ThompsonPolicy topTwo(
      PolicyVersion version,
      LearnedSettings settings,
      PolicyStatistics statistics,
      List<@Nullable TokenPrice> prices) {
    return new ThompsonPolicy(version, settings, statistics, prices, true);
  }

  private static Belief[][] beliefs(
      LearnedSettings settings, PolicyStatistics statistics, ArmEstimates estimates) {
    int rows = estimates.means().length;
    List<String> candidates = estimates.candidates();
    double[][] n = new double[rows][candidates.size()];
    double[][] sum = new double[rows][candidates.size()];
    double[][] squares = new double[rows][candidates.size()];
    for (PolicyStatistics.Cell cell : statistics.cells()) {
      int arm = candidates.indexOf(cell.variant());
      if (arm >= 0) {
        int row = estimates.rowOf(cell.segment());
        n[row][arm] += cell.weight();
        sum[row][arm] += cell.sum();
        squares[row][arm] += cell.sumSquares();
      }
    }
    // The row of segments never seen holds the arms' means over all segments.
    double[] armMeans = estimates.means()[rows - 1];
    Belief[][] result = new Belief[rows][candidates.size()];
    for (int row = 0; row < rows; row++) {
      for (int arm = 0; arm < candidates.size(); arm++) {
        result[row][arm] =
            switch (settings.options().rewards()) {
              case BOOLEAN -> beta(armMeans[arm], n[row][arm], sum[row][arm]);
              case FLOAT -> normal(armMeans[arm], n[row][arm], sum[row][arm], squares[row][arm]);
            };
      }
    }
    return result;
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
  public ArmProbabilities probabilities(DecisionContext context) {
    boolean[] selectable = Arms.checkSelectable(context, estimates.candidates());
    int row = estimates.rowOf(context.segment());
    double weight = estimates.utilityWeight(context);
    ArmProbabilities known = memo.find(context, row, weight);
    return known != null
        ? known
        : memo.keep(context, row, weight, compute(context, selectable, row));
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
