package dev.pointsman.analysis.offpolicy;

import dev.pointsman.analysis.AllocationTest;
import dev.pointsman.analysis.AllocationTest.Outcome;
import dev.pointsman.analysis.AsymptoticConfidenceSequence;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;

/**
 * Those of the {@link LogChecks} that need no second look at a row: allocation, lanes, feedback, and
 * the self-test against uniform slice and holdout. Matured decisions come in one by one, in order of
 * decision, and the checks may be asked for after any of them: each of the five blocks a clean log
 * with a chance of at most 0.1 %, over all its arms or lanes and all looks. Memory grows with the segments, not
 * with the rows. Instances are not safe for concurrent use.
 */
public final class RunningLogChecks {

  private static final String POLICY = "policy";

  private final List<String> arms;
  private final int baseline;
  private final AllocationTest[] chosen;
  private final AllocationTest[] answered;
  private final long[] choices;
  private final long[] answers;

  /** Per segment, of decisions that did not fail: how many there were, and how many with feedback. */
  private final Map<String, long[]> feedbackOfSegment = new TreeMap<>();

  private final Map<String, AllocationTest> lanes = new TreeMap<>();
  private final SelfTest uniform = new SelfTest("uniform", "the uniform slice");
  private final SelfTest holdout = new SelfTest("holdout", "the holdout");
  private long rows;

  /**
   * Checks without rows.
   *
   * @param arms the arms' names
   * @param baseline index of the arm of the holdout lane, −1 when there is none
   */
  public RunningLogChecks(List<String> arms, int baseline) {
    this.arms = List.copyOf(arms);
    this.baseline = baseline;
    this.chosen = tests();
    this.answered = tests();
    this.choices = new long[arms.size()];
    this.answers = new long[arms.size()];
  }

  private AllocationTest[] tests() {
    AllocationTest[] tests = new AllocationTest[arms.size()];
    Arrays.setAll(tests, arm -> new AllocationTest());
    return tests;
  }

  /** How many rows were taken. */
  public long rows() {
    return rows;
  }

  /** Takes the next row. */
  public void accept(PairedDecision row) {
    rows++;
    accept(chosen, row);
    acceptFeedback(row);
    row.laneShares()
        .keySet()
        .forEach(lane -> lanes.computeIfAbsent(lane, l -> new AllocationTest()));
    lanes.forEach(
        (lane, test) ->
            test.accept(lane.equals(row.lane()), row.laneShares().getOrDefault(lane, 0.0)));
    uniform.accept(row, uniform(row));
    if (baseline >= 0) {
      holdout.accept(row, only(row, baseline));
    }
  }

  /**
   * Nobody gives feedback about what failed, and one arm may fail more than another. Such a row counts
   * as one with feedback as often as others of its segment do, by its episode's hash and the rate so
   * far: then feedback depends on the arm only if that of answers does. The rate's error enters times
   * the share of failures, which leaves the test as good as exact.
   */
  private void acceptFeedback(PairedDecision row) {
    long[] rate = feedbackOfSegment.computeIfAbsent(row.segment(), segment -> new long[2]);
    if (row.failed() && !row.answered()) {
      double chance = (rate[1] + 0.5) / (rate[0] + 1);
      if (new SplittableRandom(row.episode().hashCode()).nextDouble() < chance) {
        accept(answered, row);
      }
      return;
    }
    rate[0]++;
    choices[row.arm()]++;
    if (row.answered()) {
      rate[1]++;
      accept(answered, row);
      answers[row.arm()]++;
    }
  }

  private static void accept(AllocationTest[] tests, PairedDecision row) {
    for (int arm = 0; arm < tests.length; arm++) {
      tests[arm].accept(row.arm() == arm, Math.min(1, row.propensities()[arm]));
    }
  }

  /** What was found so far. */
  public List<LogCheck> result() {
    List<LogCheck> checks = new ArrayList<>(List.of(allocation(), lanes(), feedback()));
    checks.add(uniform.result());
    if (baseline >= 0) {
      checks.add(holdout.result());
    }
    return checks;
  }

  private LogCheck allocation() {
    AllocationTest.Result[] results = results(chosen);
    int worst = worst(results);
    Outcome outcome = worst < 0 ? Outcome.FINE : results[worst].outcome();
    return new LogCheck(
        "allocation",
        outcome,
        outcome == Outcome.FINE
            ? "variants are chosen as often as their propensities say"
            : String.format(
                Locale.ROOT,
                "%s is not chosen as often as its propensity says (always-valid p = %.2g)",
                arms.get(worst),
                results[worst].p()));
  }

  private LogCheck lanes() {
    Outcome outcome = Outcome.FINE;
    List<String> off = new ArrayList<>();
    for (Map.Entry<String, AllocationTest> lane : lanes.entrySet()) {
      AllocationTest.Result result = lane.getValue().result().among(lanes.size());
      if (result.outcome() != Outcome.FINE) {
        off.add(String.format(Locale.ROOT, "%s (p = %.2g)", lane.getKey(), result.p()));
        outcome = outcome.compareTo(result.outcome()) >= 0 ? outcome : result.outcome();
      }
    }
    return new LogCheck(
        "lanes",
        outcome,
        off.isEmpty()
            ? "lanes are drawn as often as their shares say"
            : "drawn more or less often than their shares say: " + String.join(", ", off));
  }

  private LogCheck feedback() {
    AllocationTest.Result[] results = results(answered);
    int worst = worst(results);
    Outcome outcome = worst < 0 ? Outcome.FINE : results[worst].outcome();
    long asked = Arrays.stream(choices).sum();
    double rate = asked == 0 ? 0 : (double) Arrays.stream(answers).sum() / asked;
    return new LogCheck(
        "feedback",
        outcome,
        outcome == Outcome.FINE
            ? String.format(
                Locale.ROOT,
                "%.0f %% of matured decisions that did not fail have feedback, alike over variants",
                100 * rate)
            : String.format(
                Locale.ROOT,
                "%s gets feedback on %.0f %%, the function on %.0f %% (always-valid p = %.2g): what"
                    + " is missing may not be missing at random",
                arms.get(worst),
                choices[worst] == 0 ? 0 : 100.0 * answers[worst] / choices[worst],
                100 * rate,
                results[worst].p()));
  }

  private static AllocationTest.Result[] results(AllocationTest[] tests) {
    return Arrays.stream(tests)
        .map(test -> test.result().among(tests.length))
        .toArray(AllocationTest.Result[]::new);
  }

  private static int worst(AllocationTest.Result[] results) {
    int worst = -1;
    for (int arm = 0; arm < results.length; arm++) {
      if (worst < 0 || results[arm].p() < results[worst].p()) {
        worst = arm;
      }
    }
    return worst;
  }

  /** Empty where the policy lane says nothing about an arm of the slice: it is softly excluded. */
  private static double[] uniform(PairedDecision row) {
    double[] vector = new double[row.eligible().length];
    int count = 0;
    for (int arm = 0; arm < vector.length; arm++) {
      count += row.eligible()[arm] ? 1 : 0;
      if (row.eligible()[arm] && row.serving()[arm] <= 0) {
        return new double[0];
      }
    }
    for (int arm = 0; arm < vector.length; arm++) {
      vector[arm] = row.eligible()[arm] ? 1.0 / count : 0;
    }
    return vector;
  }

  private static double[] only(PairedDecision row, int baseline) {
    if (!row.eligible()[baseline] || row.serving()[baseline] <= 0) {
      return new double[0];
    }
    double[] vector = new double[row.eligible().length];
    vector[baseline] = 1;
    return vector;
  }

  /** A policy's value from the policy lane's rows against what its own lane measured. */
  private static final class SelfTest {
    private final String lane;
    private final String inWords;
    private final RunningValue estimated = new RunningValue();
    private final RunningValue measured = new RunningValue();

    SelfTest(String lane, String inWords) {
      this.lane = lane;
      this.inWords = inWords;
    }

    /** Given the lane, an arm's chance is that lane's. */
    void accept(PairedDecision row, double[] policy) {
      if (policy.length == 0) {
        return;
      }
      if (row.lane().equals(POLICY)) {
        estimated.accept(row, policy, row.serving());
      } else if (row.lane().equals(lane)) {
        measured.accept(row, policy, policy);
      }
    }

    LogCheck result() {
      if (estimated.effectiveSampleSize() < Overlap.LEAST_ESS
          || estimated.largestShare() > Overlap.GREATEST_ROW_SHARE
          || !AsymptoticConfidenceSequence.isBurnedIn(
              measured.observed, Math.round(measured.sum))) {
        return new LogCheck(
            lane,
            Outcome.FINE,
            String.format(
                Locale.ROOT,
                "too few rows to compare the policy lane's estimate with %s: %,d there, effective"
                    + " sample size %.0f",
                inWords,
                measured.observed,
                estimated.effectiveSampleSize()));
      }
      // The smaller side is what the difference learns from.
      double p =
          AsymptoticConfidenceSequence.around(
                  estimated.mean - measured.mean,
                  Math.hypot(estimated.standardError(), measured.standardError()),
                  Math.min(estimated.rows, measured.rows),
                  AllocationTest.WARN_BELOW,
                  EstimateIntervals.TUNING_EPISODES)
              .p();
      Outcome outcome =
          p < AllocationTest.BLOCK_BELOW
              ? Outcome.BLOCK
              : p < AllocationTest.WARN_BELOW ? Outcome.WARN : Outcome.FINE;
      return new LogCheck(
          lane,
          outcome,
          String.format(
              Locale.ROOT,
              "estimated from the policy lane %.3f ± %.3f, measured in %s %.3f ± %.3f%s",
              estimated.mean,
              2 * estimated.standardError(),
              inWords,
              measured.mean,
              2 * measured.standardError(),
              outcome == Outcome.FINE
                  ? ""
                  : String.format(Locale.ROOT, ": they disagree (always-valid p = %.2g)", p)));
    }
  }

  /**
   * The doubly robust value of a policy as rows come, with everything fitted on earlier rows: the
   * predictions, and the rate at which outcomes are known.
   */
  private static final class RunningValue {
    private final SegmentArmSums means = new SegmentArmSums();
    private final SegmentArmSums rates = new SegmentArmSums();
    private long rows;
    private long observed;
    private double sum;
    private double mean;
    private double squares;
    private double weights;
    private double squaredWeights;
    private double greatestWeight;

    void accept(PairedDecision row, double[] policy, double[] chances) {
      Double quality = row.quality();
      double rate = row.ruled() ? 1 : Math.min(1, rates.mean(row.segment(), row.arm(), 1));
      if (!row.ruled()) {
        rates.add(row.segment(), row.arm(), quality == null ? 0 : 1);
      }
      double value = 0;
      for (int arm = 0; arm < policy.length; arm++) {
        value += policy[arm] * means.mean(row.segment(), arm, 0.5);
      }
      if (quality != null) {
        double weight = policy[row.arm()] / chances[row.arm()] / rate;
        value += weight * (quality - means.mean(row.segment(), row.arm(), 0.5));
        weights += weight;
        squaredWeights += weight * weight;
        greatestWeight = Math.max(greatestWeight, weight);
        observed++;
        sum += quality;
        means.add(row.segment(), row.arm(), quality);
      }
      rows++;
      double step = value - mean;
      mean += step / rows;
      squares += step * (value - mean);
    }

    double standardError() {
      return Math.sqrt(squares / (rows - 1.0) / rows);
    }

    double effectiveSampleSize() {
      return squaredWeights == 0 ? 0 : weights * weights / squaredWeights;
    }

    double largestShare() {
      return squaredWeights == 0 ? 0 : greatestWeight * greatestWeight / squaredWeights;
    }
  }
}
