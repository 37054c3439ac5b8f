package dev.pointsman.routing;

import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The stronger of two variants where it promises most, as often as is wanted: RouteLLM's threshold
 * (Ong et al., 2024, arXiv 2406.18665, §3.1), on what this function's own feedback says.
 *
 * <p>With d = u_strong − u_weak, the lead in utility that {@link ArmEstimates} expects in the segment
 * and, where a text model is in use, for the text,
 *
 * <pre>π(strong) = 1 for d > τ, ρ for d = τ, 0 for d < τ</pre>
 *
 * τ and ρ are those of the revision: {@link #calibrated} chooses them so that F(π) gives the strong
 * variant its share of the latest decisions, τ being the quantile of their leads at that share and ρ
 * dividing those that lie on it. Of all ways to give so many decisions to the strong variant this one
 * has the greatest expected utility. Before any decision it is left to chance, ρ being the share.
 *
 * <p>What it maximises is utility less τ on the strong arm, which is what is logged as utility and what
 * the greedy choice of requests that may not explore goes by. Floors are those of the other policies,
 * lowered until they alone cost no more than the exploration limit; the rest costs what the share
 * costs. Immutable; the same settings, statistics and prices give the same probabilities to the last
 * bit.
 */
public final class ThresholdPolicy implements Policy {

  /** The name of the algorithm in configurations, artifacts and the log. */
  public static final String KIND = "threshold";

  private static final int BISECTIONS = 50;

  private final PolicyVersion version;
  private final LearnedSettings settings;
  private final ArmEstimates estimates;
  private final int strong;
  private final int weak;
  private final PolicyStatistics.Threshold threshold;

  private ThresholdPolicy(
      PolicyVersion version,
      LearnedSettings settings,
      PolicyStatistics statistics,
      List<@Nullable TokenPrice> prices,
      MeanEstimator estimator) {
    this.version = version;
    this.settings = settings;
    this.estimates = new ArmEstimates(settings, statistics, prices, estimator);
    LearnedSettings.StrongShare share = shareOf(settings);
    this.strong = estimates.candidates().indexOf(share.variant());
    this.weak = 1 - strong;
    this.threshold =
        statistics.threshold() == null
            ? new PolicyStatistics.Threshold(null, share.ofPolicy(), 0, share.ofPolicy())
            : checked(statistics.threshold());
  }

  private static LearnedSettings.StrongShare shareOf(LearnedSettings settings) {
    LearnedSettings.StrongShare share = settings.options().strongShare();
    List<String> candidates = settings.candidates();
    if (share == null || candidates.size() != 2 || !candidates.contains(share.variant())) {
      throw new IllegalArgumentException(
          "a threshold needs two candidates, one of them the strong one: %s, %s"
              .formatted(candidates, share == null ? "no share" : share.variant()));
    }
    if (!(share.ofPolicy() > 0 && share.ofPolicy() < 1)) {
      throw new IllegalArgumentException(
          "the strong variant's share of the policy must be above 0 and below 1: "
              + share.ofPolicy());
    }
    return share;
  }

  private static PolicyStatistics.Threshold checked(PolicyStatistics.Threshold threshold) {
    Double lead = threshold.lead();
    if (!(threshold.atLead() >= 0 && threshold.atLead() <= 1)
        || (lead != null && !Double.isFinite(lead))) {
      throw new IllegalArgumentException("not a threshold: " + threshold);
    }
    return threshold;
  }

  /**
   * The policy of one revision.
   *
   * @param settings with a {@link LearnedSettings.StrongShare}
   * @param statistics the revision's evidence; {@link PolicyStatistics#EMPTY} for a cold start
   * @param prices today's price per candidate, null where unknown
   * @throws IllegalArgumentException if there are not two candidates in name order, one of them the
   *     strong one, the prices do not fit them, or a number in the settings or the statistics cannot
   *     be
   */
  public static ThresholdPolicy of(
      PolicyVersion version,
      LearnedSettings settings,
      PolicyStatistics statistics,
      List<@Nullable TokenPrice> prices,
      MeanEstimator estimator) {
    return new ThresholdPolicy(version, settings, statistics, prices, estimator);
  }

  /**
   * Evidence with the threshold that gives the strong variant its share of some decisions, each as it
   * would be made on that evidence: with its floors, and with what it could choose.
   *
   * @param evidence whose threshold is put in the place of another one
   * @param decisions the latest ones, in any order; none = it is left to chance
   * @throws IllegalArgumentException as {@link #of} does
   */
  public static PolicyStatistics calibrated(
      LearnedSettings settings,
      PolicyStatistics evidence,
      List<@Nullable TokenPrice> prices,
      List<DecisionContext> decisions) {
    PolicyStatistics bare = evidence.withThreshold(null);
    ThresholdPolicy policy =
        of(new PolicyVersion(KIND, "", 0), settings, bare, prices, MeanEstimator.ADDITIVE_RIDGE);
    double wanted = shareOf(settings).ofPolicy();
    if (decisions.isEmpty()) {
      return bare.withThreshold(new PolicyStatistics.Threshold(null, wanted, 0, wanted));
    }
    Chances[] chances =
        decisions.stream()
            .map(policy::chances)
            .sorted(Comparator.comparingDouble(Chances::lead).reversed())
            .toArray(Chances[]::new);
    return bare.withThreshold(threshold(chances, wanted * chances.length));
  }

  /**
   * What can be given to the strong arm in one decision.
   *
   * @param least its probability when the weak one is chosen
   * @param most its probability when it is chosen
   */
  private record Chances(double lead, double least, double most) {
    double at(double probability) {
      return Math.clamp(probability, least, most);
    }
  }

  private Chances chances(DecisionContext context) {
    boolean[] selectable = Arms.checkSelectable(context, estimates.candidates());
    int row = estimates.rowOf(context.segment());
    double[] utility = estimates.scores(context, row, estimates.means()[row].clone()).utility();
    double[] floors = ProbabilityFloors.applicable(floors(utility, selectable, row), selectable);
    return new Chances(
        utility[strong] - utility[weak],
        selectable[weak] ? floors[strong] : 1,
        selectable[strong] ? 1 - floors[weak] : 0);
  }

  /**
   * The greatest lead from which on the strong arm gets enough, and its chance there.
   *
   * @param sorted by lead, the greatest first
   * @param wanted Σ of its probabilities
   */
  private static PolicyStatistics.Threshold threshold(Chances[] sorted, double wanted) {
    double given = Arrays.stream(sorted).mapToDouble(Chances::least).sum();
    int from = 0;
    int to = 0;
    while (to < sorted.length) {
      from = to;
      double more = 0;
      while (to < sorted.length && sorted[to].lead() == sorted[from].lead()) {
        more += sorted[to].most() - sorted[to].least();
        to++;
      }
      if (given + more >= wanted) {
        break;
      }
      given += to < sorted.length ? more : 0;
    }
    double chance = chance(sorted, from, to, wanted - given);
    double sum = given;
    for (int at = from; at < to; at++) {
      sum += sorted[at].at(chance) - sorted[at].least();
    }
    return new PolicyStatistics.Threshold(
        sorted[from].lead(), chance, sorted.length, sum / sorted.length);
  }

  /** The chance that gives those of equal lead so much more than their least. */
  private static double chance(Chances[] sorted, int from, int to, double wanted) {
    double low = 0;
    double high = 1;
    for (int step = 0; step < BISECTIONS; step++) {
      double middle = (low + high) / 2;
      double more = 0;
      for (int at = from; at < to; at++) {
        more += sorted[at].at(middle) - sorted[at].least();
      }
      if (more < wanted) {
        low = middle;
      } else {
        high = middle;
      }
    }
    return high;
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
    double[] floors = floors(scores.utility(), selectable, row);
    double lead = scores.utility()[strong] - scores.utility()[weak];
    double over = threshold.lead() == null ? 0 : lead - threshold.lead();
    double chance = over > 0 ? 1 : over < 0 ? 0 : threshold.atLead();
    double[] probabilities = new double[2];
    probabilities[strong] = selectable[weak] ? (selectable[strong] ? chance : 0) : 1;
    probabilities[weak] = 1 - probabilities[strong];
    double[] utility = scores.utility().clone();
    utility[strong] = moved(utility[weak], over, chance);
    return new ArmProbabilities(probabilities, floors, scores.withUtility(utility));
  }

  /** The strong arm's utility less the threshold, never rounded to the other side of the weak one's. */
  private static double moved(double ofWeak, double over, double chance) {
    return chance >= 0.5
        ? Math.max(ofWeak + over, Math.nextUp(ofWeak))
        : Math.min(ofWeak + over, Math.nextDown(ofWeak));
  }

  /** By utility as it is: what floors cost does not hang on the threshold, which hangs on them. */
  private double[] floors(double[] utility, boolean[] selectable, int row) {
    return new ExplorationLimit(settings, utility, selectable)
        .affordableFloors(estimates.floors(row));
  }
}
