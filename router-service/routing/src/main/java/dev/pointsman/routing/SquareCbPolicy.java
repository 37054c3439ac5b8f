package dev.pointsman.routing;

import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Inverse-gap weighting (SquareCB: Foster and Rakhlin, 2020) on segment means.
 *
 * <p>With u_a = quality − W·dollars − latency weight·seconds, b the best of the K selectable arms
 * and gap_a = u_b − u_a:
 *
 * <pre>π(a) = 1 / (K + γ·gap_a) for a ≠ b, the rest on b</pre>
 *
 * γ = 10·√(discounted feedbacks of the function), and at least the value at which Σ F(π)(a)·gap(a),
 * what exploring costs per request, is within the exploration limit. Where the floors alone cost
 * more than that, raised floors (nursery, change alarm) fall to the least probability, and then that
 * falls to 0.001.
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
  private static final double LEAST_FLOOR = 0.001;
  private static final double DEFAULT_OUTPUT_TOKENS = 200;

  /** Above any count that can occur, below where sums of products lose their meaning. */
  private static final double LARGEST_QUANTITY = 1e15;

  /** Answers that a variant's mean counts for in a cell, and the default in a variant's mean. */
  private static final double QUANTITY_PSEUDO_COUNTS = 4;

  private final PolicyVersion version;
  private final LearnedSettings settings;
  private final List<String> candidates;
  private final SegmentMeans quality;
  private final double[][] outputTokens;
  private final long[][] latencyUs;
  private final double[] floors;
  private final double[] alarmFloors;
  private final Set<Integer> alarmedRows;
  private final double gammaByEvidence;

  private SquareCbPolicy(
      PolicyVersion version,
      LearnedSettings settings,
      PolicyStatistics statistics,
      List<@Nullable TokenPrice> prices,
      MeanEstimator estimator) {
    this.version = version;
    this.settings = settings;
    this.candidates = Arms.checkCandidates(settings.candidates());
    if (prices.size() != candidates.size()) {
      throw new IllegalArgumentException(
          "one price (or null) per candidate is needed: %d candidates, %d prices"
              .formatted(candidates.size(), prices.size()));
    }
    checkSettings(settings);
    checkEvidence(statistics);
    double[] priors =
        QualityPrior.contrasts(candidates, settings.baselineVariant(), prices, statistics.priors());
    this.quality = SegmentMeans.fit(estimator, candidates, statistics.cells(), priors);
    int rows = quality.means().length;
    double[][] tokens =
        quantities(statistics, rows, PolicyStatistics.Cell::outputTokens, DEFAULT_OUTPUT_TOKENS);
    double[][] latencies =
        quantities(statistics, rows, PolicyStatistics.Cell::latencyUs, Double.NaN);
    this.outputTokens = tokens;
    this.latencyUs = new long[rows][candidates.size()];
    for (int row = 0; row < rows; row++) {
      for (int arm = 0; arm < candidates.size(); arm++) {
        double latency = latencies[row][arm];
        latencyUs[row][arm] = Double.isNaN(latency) ? -1 : Math.round(latency);
      }
    }
    this.floors = nurseryFloors(settings, candidates, statistics);
    this.alarmFloors = floors.clone();
    double raised = raisedFloor(settings);
    for (int arm = 0; arm < alarmFloors.length; arm++) {
      alarmFloors[arm] = Math.max(alarmFloors[arm], raised);
    }
    this.alarmedRows = new HashSet<>();
    for (PolicyStatistics.Cell cell : statistics.cells()) {
      if (cell.raisedFloorPulls() > 0) {
        alarmedRows.add(quality.rowOf(cell.segment()));
      }
    }
    this.gammaByEvidence = GAMMA_SCALE * Math.sqrt(statistics.feedbackCount());
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

  /** What would make a probability negative or no number is refused when the policy is loaded. */
  private static void checkSettings(LearnedSettings settings) {
    checkWithin("cost_weight", settings.costWeight(), Double.MAX_VALUE);
    checkWithin("latency_weight", settings.latencyWeight(), Double.MAX_VALUE);
    checkWithin("min_prob", settings.minProbability(), 1);
    checkWithin("nursery.floor", settings.nursery().floor(), 1);
    checkWithin("exploration_limit", settings.explorationLimit(), Double.POSITIVE_INFINITY);
  }

  private static void checkEvidence(PolicyStatistics statistics) {
    checkWithin("feedback_count", statistics.feedbackCount(), LARGEST_QUANTITY);
    for (PolicyStatistics.Cell cell : statistics.cells()) {
      String name = "cell (%s, %s): ".formatted(cell.segment(), cell.variant());
      checkWithin(name + "weight", cell.weight(), LARGEST_QUANTITY);
      // Discounted sums may leave 0..weight by rounding.
      double slack = 1e-9 * (1 + cell.weight());
      checkWithin(name + "sum", cell.sum() + slack, cell.weight() + 2 * slack);
      checkWithin(name + "sum of squares", cell.sumSquares() + slack, cell.weight() + 2 * slack);
      Double tokens = cell.outputTokens();
      Double latency = cell.latencyUs();
      checkWithin(name + "output tokens", tokens == null ? 0 : tokens, LARGEST_QUANTITY);
      checkWithin(name + "latency", latency == null ? 0 : latency, LARGEST_QUANTITY);
    }
    statistics
        .priors()
        .forEach((variant, prior) -> checkWithin("prior of " + variant, Math.abs(prior), 1));
  }

  private static void checkWithin(String name, double value, double largest) {
    if (!(value >= 0 && value <= largest)) {
      throw new IllegalArgumentException(
          "%s must be from 0 to %s, but was %s".formatted(name, largest, value));
    }
  }

  @Override
  public PolicyVersion version() {
    return version;
  }

  @Override
  public List<String> candidates() {
    return candidates;
  }

  @Override
  public ArmProbabilities probabilities(DecisionContext context) {
    boolean[] selectable = Arms.checkSelectable(context, candidates);
    int row = quality.rowOf(context.segment());
    double[] predicted = quality.means()[row].clone();
    long[] cost = costNanos(context, row);
    long[] latency = latencyUs[row].clone();
    double[] utility = utility(predicted, cost, latency);

    int best = Arms.best(utility, selectable);
    double[] gap = new double[utility.length];
    int arms = 0;
    for (int arm = 0; arm < gap.length; arm++) {
      if (selectable[arm]) {
        gap[arm] = utility[best] - utility[arm];
        arms++;
      }
    }
    Exploration exploration = new Exploration(gap, selectable, best, arms);
    double[] used = exploration.affordableFloors(alarmedRows.contains(row) ? alarmFloors : floors);
    double gamma = exploration.gamma();
    double[] probabilities = weighted(gap, selectable, best, arms, gamma);
    return new ArmProbabilities(
        probabilities,
        used,
        new ArmScores(predicted, cost, latency, utility, settings.costWeight(), gamma));
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

  private long[] costNanos(DecisionContext context, int row) {
    long[] result = new long[candidates.size()];
    for (int arm = 0; arm < result.length; arm++) {
      TokenPrice price = context.prices().get(arm);
      result[arm] =
          price == null
              ? -1
              : Math.round(
                  price.inputNanos() * context.inputTokens()
                      + price.outputNanos() * outputTokens[row][arm]);
    }
    return result;
  }

  /** From the rounded numbers, so that the logged row alone gives the utility again. */
  private double[] utility(double[] predicted, long[] cost, long[] latency) {
    long dearest = Math.max(0, Arrays.stream(cost).max().orElseThrow());
    long slowest = Math.max(0, Arrays.stream(latency).max().orElseThrow());
    double[] result = new double[predicted.length];
    for (int arm = 0; arm < result.length; arm++) {
      double dollars = (cost[arm] < 0 ? dearest : cost[arm]) * 1e-9;
      double seconds = (latency[arm] < 0 ? slowest : latency[arm]) * 1e-6;
      result[arm] =
          predicted[arm] - settings.costWeight() * dollars - settings.latencyWeight() * seconds;
    }
    return result;
  }

  /** The search for floors and γ within the exploration limit, for one decision. */
  private final class Exploration {

    private final double[] gap;
    private final boolean[] selectable;
    private final int best;
    private final int arms;
    private final double[] spread;
    private final double[] raised;
    private double[] applied = {};
    private boolean affordable = true;

    Exploration(double[] gap, boolean[] selectable, int best, int arms) {
      this.gap = gap;
      this.selectable = selectable;
      this.best = best;
      this.arms = arms;
      this.spread = new double[gap.length];
      this.raised = new double[gap.length];
    }

    /** The highest of three settings of the floors whose own cost is within the limit. */
    double[] affordableFloors(double[] wanted) {
      if (take(wanted)) {
        return wanted;
      }
      double[] least = new double[wanted.length];
      Arrays.fill(least, settings.minProbability());
      if (take(least)) {
        return least;
      }
      Arrays.fill(least, Math.min(settings.minProbability(), LEAST_FLOOR));
      affordable = take(least);
      return least;
    }

    private boolean take(double[] floorsToTry) {
      applied = ProbabilityFloors.applicable(floorsToTry, selectable);
      Arrays.fill(spread, 0);
      spread[best] = 1;
      return expectedGap() <= settings.explorationLimit();
    }

    /** The least γ that the evidence and the limit allow. */
    double gamma() {
      if (!affordable) {
        return Math.max(gammaByEvidence, LARGEST_GAMMA);
      }
      if (withinLimit(gammaByEvidence)) {
        return gammaByEvidence;
      }
      double below = gammaByEvidence;
      double within = Math.max(1, 2 * gammaByEvidence);
      while (within < LARGEST_GAMMA && !withinLimit(within)) {
        below = within;
        within *= 2;
      }
      for (int step = 0; step < BISECTIONS; step++) {
        double middle = (below + within) / 2;
        if (withinLimit(middle)) {
          within = middle;
        } else {
          below = middle;
        }
      }
      return within;
    }

    private boolean withinLimit(double gamma) {
      weighted(gap, selectable, best, arms, gamma, spread);
      return expectedGap() <= settings.explorationLimit();
    }

    private double expectedGap() {
      ProbabilityFloors.raise(spread, applied, raised);
      double result = 0;
      for (int arm = 0; arm < gap.length; arm++) {
        result += raised[arm] * gap[arm];
      }
      return result;
    }
  }

  private static double raisedFloor(LearnedSettings settings) {
    return Math.max(settings.minProbability(), settings.nursery().floor());
  }

  /** The floor per arm; a variant without any evidence is as young as can be. */
  private static double[] nurseryFloors(
      LearnedSettings settings, List<String> candidates, PolicyStatistics statistics) {
    LearnedSettings.Nursery nursery = settings.nursery();
    boolean on = nursery.feedbacks() > 0 && nursery.pulls() > 0 && nursery.age().isPositive();
    Map<String, Boolean> young = new HashMap<>();
    for (PolicyStatistics.VariantEvidence variant : statistics.variants()) {
      young.put(variant.variant(), variant.inNursery());
    }
    double[] result = new double[candidates.size()];
    for (int arm = 0; arm < result.length; arm++) {
      result[arm] =
          young.getOrDefault(candidates.get(arm), on)
              ? raisedFloor(settings)
              : settings.minProbability();
    }
    return result;
  }

  /**
   * A quantity per (segment, arm), shrunk to the variant's mean, and that to the default; the mean
   * of a cell without rewards still stands for one answer. With a default of NaN, NaN where a
   * variant was never measured.
   */
  private double[][] quantities(
      PolicyStatistics statistics, int rows, ToNullableDouble quantity, double defaultValue) {
    double[] weights = new double[candidates.size()];
    double[] sums = new double[candidates.size()];
    double[][] cellWeights = new double[rows][candidates.size()];
    double[][] cellSums = new double[rows][candidates.size()];
    for (PolicyStatistics.Cell cell : statistics.cells()) {
      int arm = candidates.indexOf(cell.variant());
      Double value = quantity.of(cell);
      if (arm >= 0 && value != null) {
        int row = quality.rowOf(cell.segment());
        double weight = cell.weight() + 1;
        weights[arm] += weight;
        sums[arm] += weight * value;
        cellWeights[row][arm] += weight;
        cellSums[row][arm] += weight * value;
      }
    }
    double[][] result = new double[rows][candidates.size()];
    for (int arm = 0; arm < candidates.size(); arm++) {
      double mean =
          Double.isNaN(defaultValue)
              ? sums[arm] / weights[arm]
              : (sums[arm] + QUANTITY_PSEUDO_COUNTS * defaultValue)
                  / (weights[arm] + QUANTITY_PSEUDO_COUNTS);
      for (int row = 0; row < rows; row++) {
        result[row][arm] =
            (cellSums[row][arm] + QUANTITY_PSEUDO_COUNTS * mean)
                / (cellWeights[row][arm] + QUANTITY_PSEUDO_COUNTS);
      }
    }
    return result;
  }

  /** A quantity of a cell that may not have been measured yet. */
  private interface ToNullableDouble {
    @Nullable Double of(PolicyStatistics.Cell cell);
  }
}
