package dev.pointsman.analysis.offpolicy;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/**
 * Logs of a function with two segments, three arms and lanes, whose truth is known: a policy lane
 * with a floor, a uniform slice of 1 %, a holdout of 5 % on arm 2, feedback on 70 % (chat) and 50 %
 * (code) of the decisions. Faults are planted by the fields.
 */
final class SimulatedLog {

  static final List<String> ARMS = List.of("small", "medium", "large");
  static final int BASELINE = 2;
  static final PromotionRule RULE = new PromotionRule(0.01, 25, 0.05);

  private static final String[] SEGMENTS = {"chat", "code"};
  private static final double[] DOLLARS = {0.0004, 0.002, 0.012};
  private static final Map<String, Double> SHARES =
      Map.of("uniform", 0.01, "holdout", 0.05, "policy", 0.94);

  double[][] truth = {{0.7, 0.75, 0.8}, {0.5, 0.7, 0.8}};
  double[][] serving = {{0.2, 0.7, 0.1}, {0.05, 0.75, 0.2}};
  double[][] challenger = {{0.6, 0.35, 0.05}, {0.05, 0.85, 0.1}};

  /** What the logged chance of the medium arm is of the true one. */
  double propensityFactor = 1;

  /** The share of the medium arm's feedback that is lost on its way. */
  double feedbackLost;

  /** The share of the medium arm's failures that is reported after the window. */
  double failuresLate;

  /** The share of the small arm's decisions that nothing answers. */
  double failing;

  /** What such a decision counts. */
  double rewardOnError;

  /** The share of the decisions of each segment that get feedback. */
  double[] feedbackShare = {0.7, 0.5};

  /** What is added to every chance of success from the middle of the log on. */
  double judgeShift;

  /** What is added to the chance of success in the policy lane only, which should not matter. */
  double policyLaneShift;

  List<PairedDecision> of(int n, long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    List<PairedDecision> log = new ArrayList<>(n);
    for (int i = 0; i < n; i++) {
      log.add(row(i, n, random));
    }
    return log;
  }

  private PairedDecision row(int i, int n, SplittableRandom random) {
    int s = random.nextInt(2);
    double at = random.nextDouble();
    String lane = at < 0.01 ? "uniform" : at < 0.06 ? "holdout" : "policy";
    double[] chances =
        switch (lane) {
          case "uniform" -> new double[] {1 / 3.0, 1 / 3.0, 1 / 3.0};
          case "holdout" -> new double[] {0, 0, 1};
          default -> serving[s];
        };
    double u = random.nextDouble();
    int arm = u < chances[0] ? 0 : u < chances[0] + chances[1] ? 1 : 2;
    double[] propensities = new double[3];
    for (int a = 0; a < 3; a++) {
      propensities[a] = 0.01 / 3 + (a == BASELINE ? 0.05 : 0) + 0.94 * serving[s][a];
    }
    propensities[1] *= propensityFactor;
    double success =
        truth[s][arm]
            + (i >= n / 2 ? judgeShift : 0)
            + (lane.equals("policy") ? policyLaneShift : 0);
    double quality = random.nextDouble() < success ? 1 : 0;
    boolean given = random.nextDouble() < feedbackShare[s];
    boolean lost = arm == 1 && random.nextDouble() < feedbackLost;
    boolean late = arm == 1 && quality == 0 && random.nextDouble() < failuresLate;
    double dollars = DOLLARS[arm] * (0.5 + random.nextDouble());
    boolean failed = failing > 0 && arm == 0 && random.nextDouble() < failing;
    boolean answered = given && !lost && !late && !failed;
    return row(
        "e" + i,
        SEGMENTS[s],
        lane,
        arm,
        propensities,
        s,
        failed ? (Double) rewardOnError : answered ? (Double) quality : null,
        answered,
        failed,
        dollars);
  }

  private PairedDecision row(
      String episode,
      String segment,
      String lane,
      int arm,
      double[] propensities,
      int s,
      @Nullable Double quality,
      boolean answered,
      boolean failed,
      double dollars) {
    return new PairedDecision(
        episode,
        segment,
        lane,
        SHARES,
        arm,
        new boolean[] {true, true, true},
        propensities,
        serving[s],
        challenger[s],
        quality,
        answered,
        failed,
        dollars);
  }

  /** The true Δquality of the challenger. */
  double trueDifference() {
    double difference = 0;
    for (int s = 0; s < 2; s++) {
      for (int a = 0; a < 3; a++) {
        difference += 0.5 * (challenger[s][a] - serving[s][a]) * value(s, a);
      }
    }
    return difference;
  }

  /** The true quality of the challenger. */
  double trueQuality() {
    double quality = 0;
    for (int s = 0; s < 2; s++) {
      for (int a = 0; a < 3; a++) {
        quality += 0.5 * challenger[s][a] * value(s, a);
      }
    }
    return quality;
  }

  private double value(int s, int a) {
    return a == 0 ? failing * rewardOnError + (1 - failing) * truth[s][a] : truth[s][a];
  }

  PairedEvaluation evaluate(int n, long seed) {
    return PairedEvaluation.of(paired(of(n, seed)), RULE);
  }

  static PairedLog paired(List<PairedDecision> rows) {
    return PairedLog.of(ARMS, rows, BASELINE);
  }
}
