package dev.pointsman.trainer;

import dev.pointsman.analysis.offpolicy.Difference;
import dev.pointsman.analysis.offpolicy.Estimate;
import dev.pointsman.analysis.offpolicy.Overlap;
import dev.pointsman.analysis.offpolicy.PairedDecision;
import dev.pointsman.analysis.offpolicy.PairedEvaluation;
import dev.pointsman.analysis.offpolicy.PromotionRule;
import dev.pointsman.analysis.offpolicy.PromotionRule.Ruling;
import dev.pointsman.analysis.offpolicy.PromotionRule.Verdict;
import dev.pointsman.trainer.GateState.Stage;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.TreeMap;

/**
 * Challengers of known worth at the real gate, on a function's own traffic. Requests are drawn from
 * its log with replacement: their segments, who was eligible, what the serving policy said, and the
 * chances that were logged are the log's. Outcomes are drawn from those of the request's segment, so
 * that all variants are worth the same there, and then the effect is planted: on a share of the
 * requests the challenger serves another variant than the serving policy's first, and that variant
 * is better or worse there by so much that Δquality over all is what was asked for.
 *
 * <p>Every outcome of the simulation has feedback; the gate looks once a day. Pure: the same log,
 * plan and seed give the same end.
 */
public final class GateSimulation {

  /** The share of the requests that a simulated challenger decides otherwise. */
  public static final double MOVED = 0.2;

  private static final Instant START = Instant.EPOCH;

  private final List<PairedDecision> log;
  private final GateSettings settings;
  private final PromotionRule rule;
  private final List<String> segments;
  private final int[] segmentOf;
  private final double[][] outcomes;
  private final double[] means;

  /**
   * Over a log.
   *
   * @param log decisions; those without feedback are left out
   * @param settings of the gate, which is set to take its steps by itself
   * @param rule what must be proved
   * @throws IllegalArgumentException if no decision has feedback
   */
  public GateSimulation(List<PairedDecision> log, GateSettings settings, PromotionRule rule) {
    this.log = log.stream().filter(row -> row.quality() != null).toList();
    if (this.log.isEmpty()) {
      throw new IllegalArgumentException("no decision has feedback: there is nothing to draw from");
    }
    this.settings =
        new GateSettings(
            GateSettings.Mode.AUTO, settings.margin(), settings.canary(), settings.leastTime());
    this.rule = rule;
    TreeMap<String, List<Double>> bySegment = new TreeMap<>();
    for (PairedDecision row : this.log) {
      Double quality = row.quality();
      if (quality != null) {
        bySegment.computeIfAbsent(row.segment(), s -> new ArrayList<>()).add(quality);
      }
    }
    this.segments = List.copyOf(bySegment.keySet());
    this.segmentOf = this.log.stream().mapToInt(row -> segments.indexOf(row.segment())).toArray();
    this.outcomes = new double[segments.size()][];
    this.means = new double[segments.size()];
    for (int s = 0; s < outcomes.length; s++) {
      outcomes[s] =
          bySegment.getOrDefault(segments.get(s), List.of()).stream()
              .mapToDouble(Double::doubleValue)
              .toArray();
      means[s] = Arrays.stream(outcomes[s]).average().orElse(0);
    }
  }

  /**
   * What is planted.
   *
   * @param difference the challenger's true Δquality over all requests
   * @param dollarsSaved what it saves per request, in dollars
   * @param outcomesPerDay feedbacks between two looks
   * @param mostOutcomes after so many the simulation ends
   */
  public record Plan(double difference, double dollarsSaved, int outcomesPerDay, int mostOutcomes) {
    public Plan {
      if (outcomesPerDay < 1 || mostOutcomes < outcomesPerDay) {
        throw new IllegalArgumentException(
            "outcomes per day must be at least 1 and at most %d: %d"
                .formatted(mostOutcomes, outcomesPerDay));
      }
    }
  }

  /**
   * How it ended.
   *
   * @param stage where the challenger stood
   * @param days looks until then
   * @param outcomes feedbacks until then
   * @param planted the true Δquality of what was drawn, near the plan's
   */
  public record End(Stage stage, int days, int outcomes, double planted) {}

  /** One challenger's way. */
  public End run(Plan plan, long seed) {
    PromotionGate gate = new PromotionGate(settings);
    Way way = new Way(plan, new SplittableRandom(seed));
    GateState state = GateState.shadow(START);
    int seen = 0;
    int day = 0;
    while (seen < plan.mostOutcomes() && !state.stage().isFinal()) {
      day++;
      for (int i = 0; i < plan.outcomesPerDay(); i++) {
        way.request(state.share());
      }
      seen += plan.outcomesPerDay();
      GateState next =
          gate.look(state, way.evidence(), START.plus(settings.leastTime().multipliedBy(day)));
      if (next.stage() != state.stage() || next.share() != state.share()) {
        way.laneOutcomes = 0;
      }
      state = next;
    }
    return new End(state.stage(), day, seen, way.planted.mean());
  }

  /** A mean and its error as values come. */
  private static final class Running {
    private int n;
    private double mean;
    private double squares;

    void add(double value) {
      n++;
      double step = value - mean;
      mean += step / n;
      squares += step * (value - mean);
    }

    double mean() {
      return mean;
    }

    Estimate estimate() {
      double error = n < 2 ? Double.POSITIVE_INFINITY : Math.sqrt(squares / (n - 1.0) / n);
      return new Estimate(mean, error, n, n);
    }
  }

  /** One simulated log, by running sums: one outcome an episode. */
  private final class Way {
    private final Plan plan;
    private final SplittableRandom random;
    private final Running planted = new Running();
    private final Running quality = new Running();
    private final Running dollars = new Running();
    private final Running utility = new Running();
    private final Running weight = new Running();
    private final Running[] bySegment = new Running[segments.size()];
    private final double[][] sums = new double[segments.size()][];
    private final int preference;
    private double squaredWeights;
    private double greatestWeight;
    private long laneOutcomes;

    Way(Plan plan, SplittableRandom random) {
      this.plan = plan;
      this.random = random;
      Arrays.setAll(bySegment, s -> new Running());
      this.preference = random.nextInt(Integer.MAX_VALUE);
    }

    void request(double canary) {
      int at = random.nextInt(log.size());
      PairedDecision row = log.get(at);
      int s = segmentOf[at];
      double[] serving = row.serving();
      int first = first(serving);
      int target = random.nextDouble() < MOVED ? target(row, first) : first;
      double[] challenger = serving.clone();
      challenger[first] = serving[target];
      challenger[target] = serving[first];
      double step = serving[first] - serving[target];
      // So that the mean over all requests is the plan's.
      double effect = target == first || step <= 0 ? 0 : plan.difference() / MOVED / step;
      int arm = -1;
      double u = random.nextDouble();
      double p = 0;
      for (int a = 0; a < serving.length && arm < 0; a++) {
        p = chance(row, challenger, a, canary);
        u -= p;
        arm = u < 0 ? a : -1;
      }
      if (arm < 0) {
        // A hair above the sum of the chances.
        arm = first;
        p = chance(row, challenger, arm, canary);
      }
      laneOutcomes += random.nextDouble() < canary ? 1 : 0;
      double value = outcome(s, arm == target && target != first ? effect : 0);
      add(s, row, challenger, arm, p, value, step * (target == first ? 0 : 1));
      planted.add(target == first ? 0 : bounded(s, effect) * step);
    }

    /** The canary takes its share from the policy lane. */
    private static double chance(PairedDecision row, double[] challenger, int arm, double canary) {
      return Math.max(0, row.propensities()[arm] + canary * (challenger[arm] - row.serving()[arm]));
    }

    private void add(
        int s,
        PairedDecision row,
        double[] challenger,
        int arm,
        double p,
        double value,
        double moved) {
      double[] cell = sums[s] == null ? new double[2 * challenger.length] : sums[s];
      sums[s] = cell;
      double direct = 0;
      for (int a = 0; a < challenger.length; a++) {
        direct += (challenger[a] - row.serving()[a]) * predicted(cell, a);
      }
      double phi =
          direct + (challenger[arm] - row.serving()[arm]) / p * (value - predicted(cell, arm));
      double saved = plan.dollarsSaved() * moved / MOVED;
      quality.add(phi);
      dollars.add(-saved);
      utility.add(phi + rule.costWeight() * saved);
      bySegment[s].add(phi);
      double w = challenger[arm] / p;
      weight.add(w);
      squaredWeights += w * w;
      greatestWeight = Math.max(greatestWeight, w);
      cell[2 * arm]++;
      cell[2 * arm + 1] += value;
    }

    /** The running mean of an arm in a segment, on earlier requests only. */
    private static double predicted(double[] cell, int arm) {
      return (cell[2 * arm + 1] + 2.5) / (cell[2 * arm] + 5);
    }

    /** An outcome of the segment, moved by an effect without leaving 0..1. */
    private double outcome(int s, double effect) {
      double value = outcomes[s][random.nextInt(outcomes[s].length)];
      double mean = means[s];
      double bounded = bounded(s, effect);
      if (bounded > 0 && random.nextDouble() < bounded / (1 - mean)) {
        return 1;
      }
      return bounded < 0 && random.nextDouble() < -bounded / mean ? 0 : value;
    }

    private double bounded(int s, double effect) {
      return Math.max(-means[s], Math.min(1 - means[s], effect));
    }

    private static int first(double[] serving) {
      int first = 0;
      for (int a = 1; a < serving.length; a++) {
        first = serving[a] > serving[first] ? a : first;
      }
      return first;
    }

    /** Another arm that the log could choose, the same for every request where it can be. */
    private int target(PairedDecision row, int first) {
      int arms = row.serving().length;
      for (int i = 0; i < arms; i++) {
        int a = (preference + i) % arms;
        if (a != first && row.eligible()[a] && row.propensities()[a] > 0) {
          return a;
        }
      }
      return first;
    }

    GateEvidence evidence() {
      Estimate estimate = quality.estimate();
      Difference difference = Difference.of(estimate, rule.alpha());
      Difference costs = Difference.of(dollars.estimate(), rule.alpha());
      Difference gain = Difference.of(utility.estimate(), rule.alpha());
      Estimate weights = weight.estimate();
      double sum = weights.value() * weights.rows();
      Overlap overlap =
          new Overlap(
              weights.rows(),
              weights.value(),
              weights.standardError(),
              greatestWeight,
              squaredWeights == 0 ? 0 : sum * sum / squaredWeights,
              squaredWeights == 0 ? 0 : greatestWeight * greatestWeight / squaredWeights,
              0);
      Ruling ruling =
          overlap.gate() instanceof Overlap.Gate.NoVerdict(List<String> reasons)
              ? new Ruling(Verdict.BLOCKED, reasons)
              : rule.on(
                  difference,
                  plan.dollarsSaved() == 0 ? null : costs,
                  gain,
                  worseSegments(),
                  List.of());
      return new GateEvidence(ruling, overlap.gate(), difference, laneOutcomes, List.of());
    }

    private List<String> worseSegments() {
      List<String> names = new ArrayList<>();
      List<Estimate> estimates = new ArrayList<>();
      for (int s = 0; s < bySegment.length; s++) {
        if (bySegment[s].n >= PairedEvaluation.LEAST_IN_SEGMENT) {
          names.add(segments.get(s));
          estimates.add(bySegment[s].estimate());
        }
      }
      double[] p = rule.notWorse(estimates);
      List<String> worse = new ArrayList<>();
      for (int i = 0; i < p.length; i++) {
        if (p[i] < rule.alpha()) {
          worse.add(names.get(i));
        }
      }
      return worse;
    }
  }
}
