package dev.pointsman.routing;

import dev.pointsman.routing.features.RequestComplexity;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What a revision's evidence says about every arm in every segment: quality, cost, time, utility and
 * floors. What the learning policies have in common; they differ in how they spread probability over
 * utilities.
 *
 * <p>The utility of an arm is u_a = quality − W·dollars − latency weight·seconds. Tokens and time
 * come from the statistics and are looked up; dollars come from a context's prices. An arm whose
 * price is unknown counts as dear as the dearest known one, so that not knowing a price is never an
 * advantage.
 */
final class ArmEstimates {

  private static final double DEFAULT_OUTPUT_TOKENS = 200;

  /** Above any count that can occur, below where sums of products lose their meaning. */
  private static final double LARGEST_QUANTITY = 1e15;

  /** Answers that a variant's mean counts for in a cell, and the default in a variant's mean. */
  private static final double QUANTITY_PSEUDO_COUNTS = 4;

  private final LearnedSettings settings;
  private final List<String> candidates;
  private final SegmentMeans quality;
  private final double[][] outputTokens;
  private final long[][] latencyUs;
  private final double[] floors;
  private final double[] alarmFloors;
  private final Set<Integer> alarmedRows;
  private final double[] expected;
  private final boolean[] young;

  /** What the tier of a request adds, by tier and arm; null where feedback has taken its place. */
  private final double @Nullable [][] ofComplexity;

  /**
   * The estimates of one revision.
   *
   * @param prices today's price per candidate, null where unknown; what the priors of quality come
   *     from
   * @throws IllegalArgumentException if the candidates are not in name order, the prices do not fit
   *     them, or a number in the settings or the statistics cannot be
   */
  ArmEstimates(
      LearnedSettings settings,
      PolicyStatistics statistics,
      List<@Nullable TokenPrice> prices,
      MeanEstimator estimator) {
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
    this.expected = new double[priors.length];
    Arrays.setAll(expected, arm -> Math.clamp(SegmentMeans.SEGMENT_PRIOR + priors[arm], 0, 1));
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
    this.young = young(settings, candidates, statistics);
    this.ofComplexity = ofComplexity(settings, candidates, statistics, prices);
    this.floors = nurseryFloors(settings.exploration(), young);
    this.alarmFloors = floors.clone();
    double raised = raisedFloor(settings.exploration());
    for (int arm = 0; arm < alarmFloors.length; arm++) {
      alarmFloors[arm] = Math.max(alarmFloors[arm], raised);
    }
    this.alarmedRows = new HashSet<>();
    for (PolicyStatistics.Cell cell : statistics.cells()) {
      if (cell.raisedFloorPulls() > 0) {
        alarmedRows.add(quality.rowOf(cell.segment()));
      }
    }
  }

  /** What would make a probability negative or no number is refused when the policy is loaded. */
  private static void checkSettings(LearnedSettings settings) {
    checkWithin("cost_weight", settings.weights().cost(), Double.MAX_VALUE);
    checkWithin("latency_weight", settings.weights().latency(), Double.MAX_VALUE);
    checkWithin("min_prob", settings.exploration().minProbability(), 1);
    checkWithin("nursery.floor", settings.exploration().nursery().floor(), 1);
    checkWithin("exploration_limit", settings.exploration().limit(), Double.POSITIVE_INFINITY);
    checkWithin("epsilon", settings.options().epsilon(), 1);
    Double decay = settings.options().epsilonDecay();
    LearnedSettings.Stopping stopping = settings.options().stopping();
    checkWithin("delta", stopping.delta(), 1);
    checkWithin("epsilon of stopping", stopping.epsilon(), Double.MAX_VALUE);
    // A variance needs two.
    checkWithin("least samples less 2", stopping.leastSamples() - 2, LARGEST_QUANTITY);
    Double target = settings.limits().targetUsd();
    checkWithin("target_usd_per_request", target == null ? 0 : target, LARGEST_QUANTITY);
    checkWithin("epsilon_decay", decay == null ? 0 : decay, LARGEST_QUANTITY);
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

  /** The variants, in name order. */
  List<String> candidates() {
    return candidates;
  }

  /** How much a reward varies within a segment and variant: its standard deviation, at most 0.5. */
  double deviation() {
    return quality.deviation();
  }

  /** The row of a segment; the last one for a segment never seen. */
  int rowOf(String segment) {
    return quality.rowOf(segment);
  }

  /** The mean quality per row and arm, 0..1. */
  double[][] means() {
    return quality.means();
  }

  /** The mean quality expected of an arm before any evidence, 0..1. */
  double expected(int arm) {
    return expected[arm];
  }

  /** The rewards by arm and row. */
  Evidence evidence(PolicyStatistics statistics) {
    int rows = quality.means().length - 1;
    Evidence result = new Evidence(new double[3][candidates.size()][rows]);
    for (PolicyStatistics.Cell cell : statistics.cells()) {
      int arm = candidates.indexOf(cell.variant());
      if (arm >= 0) {
        result.add(arm, quality.rowOf(cell.segment()), cell);
      }
    }
    return result;
  }

  /**
   * Discounted rewards per arm and row of a segment seen.
   *
   * @param moments counts, sums and sums of squares, each by arm and row
   */
  @SuppressWarnings("ArrayRecordComponent") // never compared
  record Evidence(double[][][] moments) {

    private void add(int arm, int row, PolicyStatistics.Cell cell) {
      moments[0][arm][row] += cell.weight();
      moments[1][arm][row] += Math.max(0, cell.sum());
      moments[2][arm][row] += Math.max(0, cell.sumSquares());
    }

    double[] counts(int arm) {
      return moments[0][arm];
    }

    double[] sums(int arm) {
      return moments[1][arm];
    }

    /** 0 in the row of segments never seen, like the other two. */
    double count(int arm, int row) {
      return at(0, arm, row);
    }

    double sum(int arm, int row) {
      return at(1, arm, row);
    }

    double sumSquares(int arm, int row) {
      return at(2, arm, row);
    }

    private double at(int moment, int arm, int row) {
      double[] ofArm = moments[moment][arm];
      return row < ofArm.length ? ofArm[row] : 0;
    }
  }

  private static double @Nullable [][] ofComplexity(
      LearnedSettings settings,
      List<String> candidates,
      PolicyStatistics statistics,
      List<@Nullable TokenPrice> prices) {
    double[] rewards = new double[candidates.size()];
    for (PolicyStatistics.Cell cell : statistics.cells()) {
      int arm = candidates.indexOf(cell.variant());
      if (arm >= 0) {
        rewards[arm] += cell.weight();
      }
    }
    RequestComplexity[] tiers = RequestComplexity.values();
    double[][] result = new double[tiers.length][];
    boolean any = false;
    for (int tier = 0; tier < tiers.length; tier++) {
      double[] shifts =
          QualityPrior.shifts(
              tiers[tier], candidates, settings.baselineVariant(), prices, statistics.priors());
      for (int arm = 0; arm < shifts.length; arm++) {
        shifts[arm] *= RequestComplexity.weightBeside(rewards[arm]);
        any |= shifts[arm] != 0;
      }
      result[tier] = shifts;
    }
    return any ? result : null;
  }

  /** Whether the tier of a request, {@link RequestComplexity}, still counts. */
  boolean readsComplexity() {
    return ofComplexity != null;
  }

  /** The tier that counts in a context; null where it is not known or none does. */
  @Nullable String complexity(DecisionContext context) {
    return ofComplexity == null ? null : context.features().get(Decision.COMPLEXITY);
  }

  private double[] byComplexity(DecisionContext context) {
    String tier = complexity(context);
    return ofComplexity == null || tier == null
        ? TextShift.NONE
        : ofComplexity[RequestComplexity.ofLabel(tier).ordinal()];
  }

  /** Whether an arm is in its nursery. */
  boolean young(int arm) {
    return young[arm];
  }

  /** The floors wanted in a row: raised for young arms, and for all arms after a change alarm. */
  double[] floors(int row) {
    return alarmedRows.contains(row) ? alarmFloors : floors;
  }

  /**
   * The estimated qualities, moved by the tier of the request while there is little feedback, and by
   * what the text says, with cost, time and utility in that context; no gamma.
   *
   * @param expected what is expected by segment alone; kept where the context has neither
   */
  ArmScores scores(DecisionContext context, int row, double[] expected) {
    return scoresByEvidence(context, row, shifted(expected, byComplexity(context)));
  }

  /** The same whatever the tier of the request. */
  ArmScores scoresByEvidence(DecisionContext context, int row, double[] expected) {
    double[] predicted = shifted(expected, context.textShifts());
    long[] cost = costNanos(context, row);
    long[] latency = latencyUs[row].clone();
    double weight = utilityWeight(context);
    return new ArmScores(
        predicted, cost, latency, utility(predicted, cost, latency, weight), weight, 0);
  }

  private static double[] shifted(double[] expected, double[] shifts) {
    if (shifts.length == 0) {
      return expected;
    }
    double[] result = new double[expected.length];
    for (int arm = 0; arm < result.length; arm++) {
      result[arm] = Math.clamp(expected[arm] + shifts[arm], 0, 1);
    }
    return result;
  }

  /** W of that context. */
  double utilityWeight(DecisionContext context) {
    return settings.utilityWeight(context.costPrice());
  }

  private long[] costNanos(DecisionContext context, int row) {
    double[] factors = context.tokenFactors();
    long[] result = new long[candidates.size()];
    for (int arm = 0; arm < result.length; arm++) {
      TokenPrice price = context.prices().get(arm);
      double tokens = outputTokens[row][arm] * (factors.length == 0 ? 1 : factors[arm]);
      result[arm] =
          price == null
              ? -1
              : Math.round(
                  price.inputNanos() * context.inputTokens() + price.outputNanos() * tokens);
    }
    return result;
  }

  /** From the rounded numbers, so that the logged row alone gives the utility again. */
  private double[] utility(double[] predicted, long[] cost, long[] latency, double weight) {
    long dearest = Math.max(0, Arrays.stream(cost).max().orElseThrow());
    long slowest = Math.max(0, Arrays.stream(latency).max().orElseThrow());
    double perSecond = settings.weights().latency();
    double[] result = new double[predicted.length];
    for (int arm = 0; arm < result.length; arm++) {
      double dollars = (cost[arm] < 0 ? dearest : cost[arm]) * 1e-9;
      double seconds = (latency[arm] < 0 ? slowest : latency[arm]) * 1e-6;
      result[arm] = predicted[arm] - weight * dollars - perSecond * seconds;
    }
    return result;
  }

  private static double raisedFloor(LearnedSettings.Exploration exploration) {
    return Math.max(exploration.minProbability(), exploration.nursery().floor());
  }

  /** Which arms are in their nursery; a variant without any evidence is as young as can be. */
  private static boolean[] young(
      LearnedSettings settings, List<String> candidates, PolicyStatistics statistics) {
    LearnedSettings.Nursery nursery = settings.exploration().nursery();
    boolean on = nursery.feedbacks() > 0 && nursery.pulls() > 0 && nursery.age().isPositive();
    Map<String, Boolean> known = new HashMap<>();
    for (PolicyStatistics.VariantEvidence variant : statistics.variants()) {
      known.put(variant.variant(), variant.inNursery());
    }
    boolean[] result = new boolean[candidates.size()];
    for (int arm = 0; arm < result.length; arm++) {
      result[arm] = known.getOrDefault(candidates.get(arm), on);
    }
    return result;
  }

  private static double[] nurseryFloors(LearnedSettings.Exploration exploration, boolean[] young) {
    double[] result = new double[young.length];
    for (int arm = 0; arm < result.length; arm++) {
      result[arm] = young[arm] ? raisedFloor(exploration) : exploration.minProbability();
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
