package dev.pointsman.analysis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import dev.pointsman.analysis.AllocationTest.Outcome;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

final class AllocationTestTest {

  /** Propensities as a learner makes them: mostly near the floor or near one, some between. */
  private static double propensity(SplittableRandom random) {
    return switch (random.nextInt(4)) {
      case 0 -> 0.005;
      case 1 -> 0.02 + 0.1 * random.nextDouble();
      case 2 -> random.nextDouble();
      default -> 0.9 + 0.09 * random.nextDouble();
    };
  }

  @Test
  void bothForms_cleanLogsLookedAtAfterEveryDecision_raiseFewAlarms() {
    int exactWarnings = 0;
    int exactBlocks = 0;
    int sumWarnings = 0;
    int sumBlocks = 0;
    int runs = 400;
    for (int seed = 0; seed < runs; seed++) {
      SplittableRandom random = new SplittableRandom(seed);
      AllocationTest test = new AllocationTest();
      double chosen = 0;
      double expected = 0;
      double variance = 0;
      double leastOfSums = 1;
      for (int i = 0; i < 4000; i++) {
        double p = propensity(random);
        boolean hit = random.nextDouble() < p;
        test.accept(hit, p);
        chosen += hit ? 1 : 0;
        expected += p;
        variance += p * (1 - p);
        leastOfSums = Math.min(leastOfSums, AllocationTest.ofSums(chosen, expected, variance).p());
      }
      double exact = test.result().p();
      exactWarnings += exact < AllocationTest.WARN_BELOW ? 1 : 0;
      exactBlocks += exact < AllocationTest.BLOCK_BELOW ? 1 : 0;
      sumWarnings += leastOfSums < AllocationTest.WARN_BELOW ? 1 : 0;
      sumBlocks += leastOfSums < AllocationTest.BLOCK_BELOW ? 1 : 0;
    }
    // 1 % of 400 runs is 4, 0.1 % is 0.4; the bounds allow for chance.
    assertThat(exactWarnings).isLessThanOrEqualTo(8);
    assertThat(exactBlocks).isLessThanOrEqualTo(2);
    assertThat(sumWarnings).isLessThanOrEqualTo(8);
    assertThat(sumBlocks).isLessThanOrEqualTo(2);
  }

  @Test
  void ofSums_rareArmsOnly_raisesFewAlarms() {
    int warnings = 0;
    for (int seed = 0; seed < 300; seed++) {
      SplittableRandom random = new SplittableRandom(1000 + seed);
      double chosen = 0;
      double expected = 0;
      double variance = 0;
      double least = 1;
      for (int i = 0; i < 20_000; i++) {
        double p = 0.005;
        chosen += random.nextDouble() < p ? 1 : 0;
        expected += p;
        variance += p * (1 - p);
        least = Math.min(least, AllocationTest.ofSums(chosen, expected, variance).p());
      }
      warnings += least < AllocationTest.WARN_BELOW ? 1 : 0;
    }
    assertThat(warnings).isLessThanOrEqualTo(7);
  }

  @Test
  void bothForms_oneArmServedAtFourFifths_areBlocked() {
    for (int seed = 0; seed < 20; seed++) {
      SplittableRandom random = new SplittableRandom(seed);
      AllocationTest test = new AllocationTest();
      double chosen = 0;
      double expected = 0;
      double variance = 0;
      for (int i = 0; i < 6000; i++) {
        double p = 0.1 + 0.4 * random.nextDouble();
        boolean hit = random.nextDouble() < 0.8 * p;
        test.accept(hit, p);
        chosen += hit ? 1 : 0;
        expected += p;
        variance += p * (1 - p);
      }
      assertThat(test.result().outcome()).isEqualTo(Outcome.BLOCK);
      assertThat(AllocationTest.ofSums(chosen, expected, variance).outcome())
          .isEqualTo(Outcome.BLOCK);
    }
  }

  @Test
  void ofSums_beforeTheBurnIn_saysNothing() {
    assertThat(AllocationTest.ofSums(60, 10, 19.9).outcome()).isEqualTo(Outcome.FINE);
    assertThat(AllocationTest.ofSums(120, 30, 20).outcome()).isEqualTo(Outcome.BLOCK);
  }

  @Test
  void accept_impossibleChoice_isBlockedAtOnce() {
    AllocationTest test = new AllocationTest();
    test.accept(true, 0);
    assertThat(test.result().outcome()).isEqualTo(Outcome.BLOCK);
    assertThat(test.result().p()).isZero();
  }

  @Test
  void accept_notAProbability_isRejected() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new AllocationTest().accept(true, 1.5))
        .withMessage("a propensity must lie in 0..1: 1.5");
  }

  @Test
  void accept_longCleanThenOff_isTheMeanOfTheLikelihoodRatios() {
    double[] factors = {0.25, 0.5, 0.7, 0.8, 0.9, 0.95, 1 / 0.95, 1 / 0.9, 1.25, 1 / 0.7, 2, 4};
    double[] logs = new double[factors.length];
    double greatest = 0;
    AllocationTest test = new AllocationTest();
    SplittableRandom random = new SplittableRandom(11);
    for (int i = 0; i < 60_000; i++) {
      // Clean first: most factors fall far below what a number holds.
      double p = propensity(random);
      boolean hit = random.nextDouble() < (i < 20_000 ? p : Math.min(1, p * 1.05));
      test.accept(hit, p);
      double most = Double.NEGATIVE_INFINITY;
      for (int f = 0; f < factors.length; f++) {
        logs[f] += (hit ? Math.log(factors[f]) : 0) - Math.log(1 - p + p * factors[f]);
        most = Math.max(most, logs[f]);
      }
      double sum = 0;
      for (double log : logs) {
        sum += Math.exp(log - most);
      }
      greatest = Math.max(greatest, most + Math.log(sum / factors.length));
      if (i % 1_000 == 0) {
        assertThat(Math.log(test.result().p())).isCloseTo(-greatest, within(1e-8));
      }
    }
    assertThat(greatest).isGreaterThan(10);
  }
}
