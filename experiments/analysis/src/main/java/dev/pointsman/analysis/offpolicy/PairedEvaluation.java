package dev.pointsman.analysis.offpolicy;

import dev.pointsman.analysis.offpolicy.OffPolicyEstimator.ClippedDoublyRobust;
import dev.pointsman.analysis.offpolicy.OffPolicyEstimator.ClippedInversePropensity;
import dev.pointsman.analysis.offpolicy.OffPolicyEstimator.Direct;
import dev.pointsman.analysis.offpolicy.OffPolicyEstimator.DoublyRobust;
import dev.pointsman.analysis.offpolicy.OffPolicyEstimator.InversePropensity;
import dev.pointsman.analysis.offpolicy.OffPolicyEstimator.OptimisticDoublyRobust;
import dev.pointsman.analysis.offpolicy.OffPolicyEstimator.SelfNormalisedDoublyRobust;
import dev.pointsman.analysis.offpolicy.OffPolicyEstimator.SelfNormalisedInversePropensity;
import dev.pointsman.analysis.offpolicy.OffPolicyEstimator.SubGaussianInversePropensity;
import dev.pointsman.analysis.offpolicy.OffPolicyEstimator.SwitchDoublyRobust;
import dev.pointsman.analysis.offpolicy.PromotionRule.Ruling;
import dev.pointsman.analysis.offpolicy.PromotionRule.Verdict;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * A challenger judged against the policy that served, on decisions that neither was fitted on: what
 * an operator reads before promoting it. NaN stands for a figure that is not known.
 *
 * @param decisions matured decisions
 * @param outcomes of these with feedback
 * @param ruling what to do
 * @param lines one per estimator, the lead first
 * @param quality Δquality per request
 * @param dollars Δdollars per request, null when prices are unknown
 * @param utility Δquality − W·Δdollars per request
 * @param ifMissingWereZero Δquality if all missing feedback were 0
 * @param ifMissingWereOne Δquality if all missing feedback were 1
 * @param needed outcomes a promotion still needs if the estimates are right; −1 when more would not
 *     help
 * @param overlap how well the log covers the challenger
 * @param warnings what to know besides
 * @param checks what was examined about the log
 * @param guardrails metrics that may not get worse
 * @param judge of all decisions beside people's word on few; null where people alone are asked
 * @param segments Δquality by segment, busiest first
 * @param references values of policies that need no learning
 * @param moved mean share of the traffic that would be answered by another arm, 0..1
 * @param moves from which arm to which, greatest first
 * @param calibrationSlope of outcomes on predictions; 1 when calibrated
 */
public record PairedEvaluation(
    int decisions,
    int outcomes,
    Ruling ruling,
    List<Line> lines,
    Difference quality,
    @Nullable Difference dollars,
    Difference utility,
    Difference ifMissingWereZero,
    Difference ifMissingWereOne,
    long needed,
    Overlap overlap,
    List<String> warnings,
    List<LogCheck> checks,
    List<GuardrailFinding> guardrails,
    JudgedLog.@Nullable Judge judge,
    List<SegmentDifference> segments,
    List<Reference> references,
    double moved,
    List<Move> moves,
    double calibrationSlope) {

  /** A segment with fewer outcomes is not judged by itself. */
  public static final int LEAST_IN_SEGMENT = 200;

  /** Below this logged chance an arm counts as unsupported. */
  public static final double LEAST_PROPENSITY = 1e-4;

  /** Weights are cut off here by the clipped estimators and by switch-DR. */
  public static final double WEIGHT_LIMIT = 20;

  /** With fewer decisions priced, costs say nothing; those missing are made up for by others. */
  private static final double LEAST_PRICED = 0.99;

  private static final DoublyRobust LEAD = new DoublyRobust();
  private static final int MOST_MOVES = 6;

  /**
   * One estimator's figures of the challenger.
   *
   * @param quality its value
   * @param low lower end of a 95 % interval that holds at this look
   * @param high upper end
   * @param delta its value minus the same estimator's of the serving policy
   * @param dollarsPerThousand per 1,000 requests, NaN when unknown
   */
  public record Line(
      String estimator,
      double quality,
      double low,
      double high,
      double delta,
      double dollarsPerThousand) {}

  /**
   * One segment's Δquality.
   *
   * @param outcomes decisions with feedback
   * @param p that it is not worse by more than twice the margin, always-valid and adjusted by Holm
   *     over the segments that have enough outcomes; NaN for the others
   */
  public record SegmentDifference(String segment, int outcomes, Difference quality, double p) {}

  /**
   * A policy that needs no learning.
   *
   * @param name for example {@code always large} or {@code random}
   * @param quality its value by DR, NaN when unknown
   * @param dollarsPerThousand per 1,000 requests, NaN when unknown
   */
  public record Reference(String name, double quality, double dollarsPerThousand) {}

  /** A share of the traffic that another arm would answer. */
  public record Move(String from, String to, double share) {}

  public PairedEvaluation {
    lines = List.copyOf(lines);
    warnings = List.copyOf(warnings);
    checks = List.copyOf(checks);
    guardrails = List.copyOf(guardrails);
    segments = List.copyOf(segments);
    references = List.copyOf(references);
    moves = List.copyOf(moves);
  }

  /**
   * Judges a challenger.
   *
   * @param rule what must be proved
   * @throws IllegalArgumentException if no decision has feedback
   */
  public static PairedEvaluation of(PairedLog compared, PromotionRule rule) {
    List<String> arms = compared.arms();
    List<PairedDecision> people = compared.decisions();
    int baseline = compared.baseline();
    JudgedLog judged =
        compared.surrogates().isEmpty() ? null : JudgedLog.of(arms, people, compared.surrogates());
    List<PairedDecision> log = judged == null ? people : judged.combined();
    PairedRows quality = PairedRows.ofQuality(log, LEAST_PROPENSITY);
    if (quality.observed() == 0) {
      throw new IllegalArgumentException(
          "none of %d matured decisions has feedback: there is nothing to judge by"
              .formatted(log.size()));
    }
    double alpha = rule.alpha();
    PairedRows dollars = PairedRows.ofDollars(log, LEAST_PROPENSITY);
    boolean priced = dollars.observed() >= LEAST_PRICED * log.size();
    Difference qualityDifference = difference(quality.difference(), alpha);
    Difference dollarDifference = priced ? difference(dollars.difference(), alpha) : null;
    Difference utility =
        priced
            ? difference(utility(quality, dollars, rule.costWeight()), alpha)
            : qualityDifference;
    List<SegmentDifference> segments = segments(log, quality.difference(), rule);
    List<GuardrailFinding> guardrails =
        compared.guarded().stream()
            .map(
                one ->
                    GuardrailFinding.of(
                        one.rule(), log, one.rewards(), alpha / compared.guarded().size()))
            .toList();
    List<LogCheck> checks =
        judged == null ? LogChecks.of(arms, log, baseline) : LogChecks.ofJudged(compared, judged);
    Overlap overlap = overlap(log, quality);
    List<String> warnings = new ArrayList<>();
    List<String> blocked = new ArrayList<>();
    for (LogCheck check : checks) {
      String said = check.name() + ": " + check.sentence();
      switch (check.outcome()) {
        case FINE -> {}
        case WARN -> warnings.add(said);
        case BLOCK -> blocked.add(said);
      }
    }
    switch (overlap.gate()) {
      case Overlap.Gate.VerdictPossible() -> {}
      case Overlap.Gate.Yellow(List<String> reasons) -> warnings.addAll(reasons);
      case Overlap.Gate.NoVerdict(List<String> reasons) -> blocked.addAll(reasons);
    }
    if (!priced) {
      String unpriced =
          "%,d of %,d decisions have no price, so cost is not judged: give their models a cost"
              .formatted(log.size() - dollars.observed(), log.size());
      (rule.costWeight() > 0 ? blocked : warnings).add(unpriced);
    }
    List<String> worse =
        segments.stream().filter(s -> s.p() < alpha).map(SegmentDifference::segment).toList();
    return new PairedEvaluation(
        log.size(),
        quality.observed(),
        blocked.isEmpty()
            ? rule.on(qualityDifference, dollarDifference, utility, worse, guardrails)
            : new Ruling(Verdict.BLOCKED, blocked),
        lines(quality, priced ? dollars : null),
        qualityDifference,
        dollarDifference,
        utility,
        difference(PairedRows.ofQualityIfMissing(log, 0, LEAST_PROPENSITY).difference(), alpha),
        difference(PairedRows.ofQualityIfMissing(log, 1, LEAST_PROPENSITY).difference(), alpha),
        rule.needed(qualityDifference, dollarDifference, utility, log.size()),
        overlap,
        warnings,
        checks,
        guardrails,
        judged == null ? null : judged.judge(),
        segments,
        references(arms, log),
        moved(log),
        moves(arms, log),
        quality.calibrationSlope());
  }

  private static Difference difference(List<EvaluationRow> rows, double alpha) {
    return Difference.of(LEAD.estimate(rows), alpha);
  }

  /** Rows whose pseudo-outcome is that of the utility: both parts in one, so that they covary. */
  private static List<EvaluationRow> utility(
      PairedRows quality, PairedRows dollars, double costWeight) {
    List<EvaluationRow> rows = new ArrayList<>(quality.difference().size());
    for (int i = 0; i < quality.difference().size(); i++) {
      EvaluationRow q = quality.difference().get(i);
      EvaluationRow d = dollars.difference().get(i);
      rows.add(
          new EvaluationRow(
              q.episode(), 0, 0, LEAD.averaged(q) - costWeight * LEAD.averaged(d), 0, 0));
    }
    return rows;
  }

  private static List<Line> lines(PairedRows quality, @Nullable PairedRows dollars) {
    Map<String, OffPolicyEstimator> estimators = new java.util.LinkedHashMap<>();
    estimators.put("DR", LEAD);
    estimators.put("SNDR", new SelfNormalisedDoublyRobust());
    estimators.put("clipped DR", new ClippedDoublyRobust(WEIGHT_LIMIT));
    estimators.put("switch-DR", new SwitchDoublyRobust(WEIGHT_LIMIT));
    estimators.put("DRos", new OptimisticDoublyRobust(WEIGHT_LIMIT * WEIGHT_LIMIT));
    estimators.put("IPS", new InversePropensity());
    estimators.put("SNIPS", new SelfNormalisedInversePropensity());
    estimators.put("clipped IPS", new ClippedInversePropensity(WEIGHT_LIMIT));
    estimators.put("sub-Gaussian IPS", new SubGaussianInversePropensity(0.01));
    estimators.put("direct", new Direct());
    List<Line> lines = new ArrayList<>();
    estimators.forEach(
        (name, estimator) -> {
          Estimate value = estimator.estimate(quality.challenger());
          Interval interval = EstimateIntervals.normal(value, 0.05);
          lines.add(
              new Line(
                  name,
                  value.value(),
                  interval.lower(),
                  interval.upper(),
                  value.value() - estimator.estimate(quality.serving()).value(),
                  dollars == null
                      ? Double.NaN
                      : 1e3 * estimator.estimate(dollars.challenger()).value()));
        });
    return lines;
  }

  /** Propensities are judged by all decisions, the size of the evidence by those with feedback. */
  private static Overlap overlap(List<PairedDecision> log, PairedRows quality) {
    List<EvaluationRow> all = new ArrayList<>(log.size());
    for (PairedDecision row : log) {
      double unsupported = 0;
      for (int arm = 0; arm < row.challenger().length; arm++) {
        unsupported += row.propensities()[arm] < LEAST_PROPENSITY ? row.challenger()[arm] : 0;
      }
      double weight = row.challenger()[row.arm()] / row.propensities()[row.arm()];
      all.add(new EvaluationRow(row.episode(), weight, 0, 0, 0, unsupported));
    }
    Overlap whole = Overlap.of(all);
    Overlap known = Overlap.of(quality.challenger());
    return new Overlap(
        log.size(),
        whole.meanWeight(),
        whole.meanWeightError(),
        known.maxWeight(),
        known.effectiveSampleSize(),
        known.largestShare(),
        whole.unsupportedMass());
  }

  private static List<SegmentDifference> segments(
      List<PairedDecision> log, List<EvaluationRow> rows, PromotionRule rule) {
    Map<String, List<EvaluationRow>> bySegment = new TreeMap<>();
    Map<String, Integer> outcomes = new TreeMap<>();
    for (int i = 0; i < log.size(); i++) {
      PairedDecision row = log.get(i);
      bySegment.computeIfAbsent(row.segment(), s -> new ArrayList<>()).add(rows.get(i));
      outcomes.merge(row.segment(), row.quality() == null ? 0 : 1, Integer::sum);
    }
    List<String> judged = new ArrayList<>();
    List<Estimate> enough = new ArrayList<>();
    Map<String, Difference> differences = new TreeMap<>();
    bySegment.forEach(
        (segment, own) -> {
          Estimate estimate = LEAD.estimate(own);
          differences.put(segment, Difference.of(estimate, rule.alpha()));
          if (outcomes.getOrDefault(segment, 0) >= LEAST_IN_SEGMENT) {
            judged.add(segment);
            enough.add(estimate);
          }
        });
    double[] adjusted = rule.notWorse(enough);
    List<SegmentDifference> result = new ArrayList<>();
    differences.forEach(
        (segment, difference) -> {
          int at = judged.indexOf(segment);
          result.add(
              new SegmentDifference(
                  segment,
                  outcomes.getOrDefault(segment, 0),
                  difference,
                  at < 0 ? Double.NaN : adjusted[at]));
        });
    result.sort(
        Comparator.comparingInt(SegmentDifference::outcomes)
            .reversed()
            .thenComparing(SegmentDifference::segment));
    return result;
  }

  private static List<Reference> references(List<String> arms, List<PairedDecision> log) {
    List<Reference> references = new ArrayList<>();
    for (int arm = 0; arm < arms.size(); arm++) {
      double[] always = new double[arms.size()];
      always[arm] = 1;
      references.add(
          reference("always " + arms.get(arm), log.stream().map(r -> as(r, always)).toList()));
    }
    references.add(
        reference(
            "random",
            log.stream()
                .map(
                    row -> {
                      double[] even = new double[arms.size()];
                      int count = 0;
                      for (boolean eligible : row.eligible()) {
                        count += eligible ? 1 : 0;
                      }
                      for (int arm = 0; arm < even.length; arm++) {
                        even[arm] = row.eligible()[arm] ? 1.0 / count : 0;
                      }
                      return as(row, even);
                    })
                .toList()));
    return references;
  }

  private static PairedDecision as(PairedDecision row, double[] policy) {
    return new PairedDecision(
        row.episode(),
        row.segment(),
        row.lane(),
        row.laneShares(),
        row.arm(),
        row.eligible(),
        row.propensities(),
        row.serving(),
        policy,
        row.quality(),
        row.answered(),
        row.failed(),
        row.dollars());
  }

  private static Reference reference(String name, List<PairedDecision> log) {
    PairedRows quality = PairedRows.ofQuality(log, LEAST_PROPENSITY);
    if (!(overlap(log, quality).gate() instanceof Overlap.Gate.NoVerdict)) {
      PairedRows dollars = PairedRows.ofDollars(log, LEAST_PROPENSITY);
      return new Reference(
          name,
          LEAD.estimate(quality.challenger()).value(),
          dollars.observed() < LEAST_PRICED * log.size()
              ? Double.NaN
              : 1e3 * LEAD.estimate(dollars.challenger()).value());
    }
    return new Reference(name, Double.NaN, Double.NaN);
  }

  /** The total variation between the two policies, averaged. */
  private static double moved(List<PairedDecision> log) {
    double sum = 0;
    for (PairedDecision row : log) {
      for (int arm = 0; arm < row.serving().length; arm++) {
        sum += Math.max(0, row.challenger()[arm] - row.serving()[arm]);
      }
    }
    return sum / log.size();
  }

  /** What arms lose is given to those that gain, in proportion, row by row. */
  private static List<Move> moves(List<String> arms, List<PairedDecision> log) {
    double[][] shares = new double[arms.size()][arms.size()];
    for (PairedDecision row : log) {
      double gained = 0;
      for (int arm = 0; arm < arms.size(); arm++) {
        gained += Math.max(0, row.challenger()[arm] - row.serving()[arm]);
      }
      if (gained <= 0) {
        continue;
      }
      for (int from = 0; from < arms.size(); from++) {
        double lost = Math.max(0, row.serving()[from] - row.challenger()[from]);
        for (int to = 0; lost > 0 && to < arms.size(); to++) {
          double won = Math.max(0, row.challenger()[to] - row.serving()[to]);
          shares[from][to] += lost * won / gained / log.size();
        }
      }
    }
    List<Move> moves = new ArrayList<>();
    for (int from = 0; from < arms.size(); from++) {
      for (int to = 0; to < arms.size(); to++) {
        if (shares[from][to] >= 0.0005) {
          moves.add(new Move(arms.get(from), arms.get(to), shares[from][to]));
        }
      }
    }
    moves.sort(Comparator.comparingDouble(Move::share).reversed());
    return moves.subList(0, Math.min(MOST_MOVES, moves.size()));
  }
}
