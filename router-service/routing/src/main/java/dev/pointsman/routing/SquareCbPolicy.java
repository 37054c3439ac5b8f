package dev.pointsman.routing;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Inverse-gap weighting (SquareCB: Foster and Rakhlin, 2020) on segment means.
 *
 * <p>With u_a = quality − W·dollars − latency weight·seconds, b the best of the K selectable arms
 * and gap_a = u_b − u_a:
 *
 * <pre>π(a) = 1 / (K + γ·gap_a) for a ≠ b, the rest on b</pre>
 *
 * γ = 10·√n·(0.5/σ̂), n the discounted feedbacks of the function, and at least the value at which
 * Σ F(π)(a)·gap(a), what exploring costs per request, is within the exploration limit. Where the
 * floors alone cost more than that, raised floors (nursery, change alarm) fall to the least probability, and then that
 * falls to 0.001.
 *
 * <p>σ̂ is the pooled standard deviation of rewards within cells, at most 0.5, that of a fair coin.
 * The theory wants γ ∝ √(n·K / regression error), and the squared error of means grows with σ̂²: how
 * sure a gap is depends on its size in units of noise, and not in units of reward. Without the factor
 * a metric that uses half of its range is explored as if it were twice as uncertain as it is, and
 * what comes out depends on how the range was configured. Mean regret on recorded outcomes with and
 * without it, 50 orders of one seed: mmlu-pro 240 and 276, llmrouter 223 and 233; with 500 rounds of
 * delay and 30 % of the feedback 469 and 526, 422 and 439 ({@code docs/evidence.md}).
 *
 * <p>Quality, tokens and time come from the revision's statistics and are looked up; dollars come
 * from the context's prices. An arm whose price is unknown counts as dear as the dearest known one,
 * so that not knowing a price is never an advantage. Immutable; the same settings, statistics and
 * prices give the same probabilities to the last bit.
 */
public final class SquareCbPolicy implements Policy {

  /** The name of the algorithm in configurations, artifacts and the log. */
  public static final String KIND = "squarecb";

  private static final double GAMMA_SCALE = 10;
  private static final double LARGEST_GAMMA = 1e9;
  private static final int BISECTIONS = 30;

  private final PolicyVersion version;
  private final LearnedSettings settings;
  private final ArmEstimates estimates;
  private final double gammaByEvidence;

  private SquareCbPolicy(
      PolicyVersion version,
      LearnedSettings settings,
      PolicyStatistics statistics,
      List<@Nullable TokenPrice> prices,
      MeanEstimator estimator) {
    this.version = version;
    this.settings = settings;
    this.estimates = new ArmEstimates(settings, statistics, prices, estimator);
    this.gammaByEvidence =
        GAMMA_SCALE
            * Math.sqrt(statistics.feedbackCount())
            * (SegmentMeans.LARGEST_DEVIATION / estimates.deviation());
  }

  /**
   * With the estimator that is in use, {@link MeanEstimator#ADDITIVE_RIDGE}.
   *
   * @param statistics the revision's evidence; {@link PolicyStatistics#EMPTY} for a cold start
   * @param prices today's price per candidate, null where unknown; what the priors of quality come
   *     from. The cost of a decision comes from the context's prices
   * @throws IllegalArgumentException if the candidates are not in name order, the prices do not fit
   *     them, or a number in the settings or the statistics cannot be
   */
  public static SquareCbPolicy of(
      PolicyVersion version,
      LearnedSettings settings,
      PolicyStatistics statistics,
      List<@Nullable TokenPrice> prices) {
    return of(version, settings, statistics, prices, MeanEstimator.ADDITIVE_RIDGE);
  }

  /** With a chosen estimator. */
  public static SquareCbPolicy of(
      PolicyVersion version,
      LearnedSettings settings,
      PolicyStatistics statistics,
      List<@Nullable TokenPrice> prices,
      MeanEstimator estimator) {
    return new SquareCbPolicy(version, settings, statistics, prices, estimator);
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
    double gamma = gamma(limit, selectable);
    double[] probabilities = weighted(limit.gap(), selectable, limit.best(), limit.arms(), gamma);
    return new ArmProbabilities(probabilities, floors, scores.withGamma(gamma));
  }

  /** The least γ that the evidence and the limit allow. */
  private double gamma(ExplorationLimit limit, boolean[] selectable) {
    if (!limit.affordable()) {
      return Math.max(gammaByEvidence, LARGEST_GAMMA);
    }
    double[] spread = new double[selectable.length];
    if (isWithin(limit, selectable, gammaByEvidence, spread)) {
      return gammaByEvidence;
    }
    double below = gammaByEvidence;
    double within = Math.max(1, 2 * gammaByEvidence);
    while (within < LARGEST_GAMMA && !isWithin(limit, selectable, within, spread)) {
      below = within;
      within *= 2;
    }
    for (int step = 0; step < BISECTIONS; step++) {
      double middle = (below + within) / 2;
      if (isWithin(limit, selectable, middle, spread)) {
        within = middle;
      } else {
        below = middle;
      }
    }
    return within;
  }

  private static boolean isWithin(
      ExplorationLimit limit, boolean[] selectable, double gamma, double[] spread) {
    weighted(limit.gap(), selectable, limit.best(), limit.arms(), gamma, spread);
    return limit.isKeptBy(spread);
  }

  /** π of inverse-gap weighting over the selectable arms. */
  static double[] weighted(double[] gap, boolean[] selectable, int best, int arms, double gamma) {
    double[] result = new double[gap.length];
    weighted(gap, selectable, best, arms, gamma, result);
    return result;
  }

  private static void weighted(
      double[] gap, boolean[] selectable, int best, int arms, double gamma, double[] result) {
    double rest = 1;
    for (int arm = 0; arm < gap.length; arm++) {
      if (selectable[arm] && arm != best) {
        result[arm] = 1 / (arms + gamma * gap[arm]);
        rest -= result[arm];
      }
    }
    result[best] = rest;
  }
}
