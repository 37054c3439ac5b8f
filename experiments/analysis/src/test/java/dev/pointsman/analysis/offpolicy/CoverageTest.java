package dev.pointsman.analysis.offpolicy;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pointsman.analysis.offpolicy.OffPolicyEstimator.DoublyRobust;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/**
 * How often intervals hold the true value of a frozen challenger on simulated logs: two segments,
 * three arms, coins of known chances, a logging policy with a floor of 5 %, q̂ fitted forward in
 * time. A build looks at 200 logs; {@code -Pevidence} at 1,000.
 */
final class CoverageTest {

  private static final boolean LONG = Boolean.getBoolean("evidence");
  private static final int LOGS = LONG ? 1000 : 200;

  private static final double[][] TRUTH = {{0.5, 0.7, 0.9}, {0.8, 0.6, 0.75}};
  private static final List<List<Double>> LOGGED =
      List.of(List.of(0.85, 0.1, 0.05), List.of(0.05, 0.15, 0.8));
  private static final List<List<Double>> CHALLENGER =
      List.of(List.of(0.1, 0.2, 0.7), List.of(0.7, 0.2, 0.1));

  @Test
  void normal_frozenChallenger_coversTheTruth() {
    int covered = 0;
    for (int seed = 0; seed < LOGS; seed++) {
      Estimate estimate = new DoublyRobust().estimate(log(2000, seed));
      covered += EstimateIntervals.normal(estimate, 0.05).contains(truth()) ? 1 : 0;
    }
    double share = (double) covered / LOGS;
    System.out.printf("normal interval: %d of %d logs%n", covered, LOGS);
    // Two standard errors wider in the short form.
    assertThat(share).isBetween(LONG ? 0.93 : 0.90, LONG ? 0.97 : 0.99);
  }

  @Test
  void anytime_lookedAtFromTheBurnInOn_coversTheTruthAtEveryLook() {
    int logs = LONG ? 1000 : 100;
    int covered = 0;
    for (int seed = 0; seed < logs; seed++) {
      covered += alwaysCovers(log(20_000, seed)) ? 1 : 0;
    }
    System.out.printf("anytime interval: %d of %d logs%n", covered, logs);
    assertThat((double) covered / logs).isGreaterThanOrEqualTo(0.94);
  }

  /** Looks after every row, by running sums of the pseudo-outcomes: one row an episode. */
  private static boolean alwaysCovers(List<EvaluationRow> rows) {
    DoublyRobust estimator = new DoublyRobust();
    double mean = 0;
    double squares = 0;
    int n = 0;
    for (EvaluationRow row : rows) {
      double value = estimator.averaged(row);
      n++;
      double step = value - mean;
      mean += step / n;
      squares += step * (value - mean);
      if (n >= EstimateIntervals.BURN_IN_EPISODES) {
        double error = Math.sqrt(squares / (n - 1.0) / n);
        Interval interval =
            EstimateIntervals.anytime(new Estimate(mean, error, n, n), 0.05).orElseThrow();
        if (!interval.contains(truth())) {
          return false;
        }
      }
    }
    return true;
  }

  private static double truth() {
    double value = 0;
    for (int s = 0; s < 2; s++) {
      for (int a = 0; a < 3; a++) {
        value += 0.5 * CHALLENGER.get(s).get(a) * TRUTH[s][a];
      }
    }
    return value;
  }

  private static List<EvaluationRow> log(int n, long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    List<LoggedChoice> log = new ArrayList<>(n);
    for (int i = 0; i < n; i++) {
      int s = random.nextInt(2);
      double u = random.nextDouble();
      List<Double> p = LOGGED.get(s);
      int arm = u < p.get(0) ? 0 : u < p.get(0) + p.get(1) ? 1 : 2;
      double reward = random.nextDouble() < TRUTH[s][arm] ? 1 : 0;
      log.add(new LoggedChoice("e" + i, "s" + s, arm, p, CHALLENGER.get(s), reward));
    }
    return ProgressiveRows.of(log, 10, SegmentArmMeans::fit, 0.01);
  }
}
