package dev.pointsman.routing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayDeque;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class BudgetPacerTest {

  private static final double TARGET = 0.001;

  @Test
  void charge_fiveCosts_givesThePublishedSteps() {
    double[] costs = {0.001, 0.02, 0.02, 0.0005, 0.0005};
    double[][] steps = {
      {0.001, 0},
      {0.00195, 0.0475},
      {0.0028525, 0.140125},
      {0.002734875, 0.22686875},
      {0.0026231312499999998, 0.3080253125}
    };
    BudgetPacer pacer = new BudgetPacer(TARGET);
    for (int i = 0; i < costs.length; i++) {
      pacer.charge(costs[i]);
      assertThat(pacer.smoothedUsd()).isCloseTo(steps[i][0], within(1e-9));
      assertThat(pacer.price()).isCloseTo(steps[i][1], within(1e-6));
    }
  }

  @Test
  void resume_priceOfAnEarlierProcess_goesOnFromThere() {
    BudgetPacer pacer = new BudgetPacer(TARGET);
    pacer.resume(1.5);
    pacer.charge(TARGET);
    assertThat(pacer.price()).isEqualTo(1.5);
    pacer.resume(Double.NaN);
    pacer.resume(-1);
    pacer.resume(1e9);
    assertThat(pacer.price()).isEqualTo(1.5);
  }

  @Test
  void settle_atOnce_isAsIfTheCostHadBeenKnown() {
    BudgetPacer known = new BudgetPacer(TARGET);
    BudgetPacer corrected = new BudgetPacer(TARGET);
    known.charge(0.005);
    corrected.charge(0.002);
    corrected.settle(0.002, 0.005);
    assertThat(corrected.smoothedUsd()).isCloseTo(known.smoothedUsd(), within(1e-15));
  }

  @Test
  void charge_muchTooDearForLong_stopsAtTheGreatestPrice() {
    BudgetPacer pacer = new BudgetPacer(TARGET);
    for (int i = 0; i < 1000; i++) {
      pacer.charge(1);
    }
    assertThat(pacer.price()).isEqualTo(BudgetPacer.GREATEST_PRICE);
  }

  @Test
  void charge_tooDearForLong_savesAfterwardsWhatWasOverspent() {
    BudgetPacer pacer = new BudgetPacer(TARGET);
    double spent = 0;
    for (int i = 0; i < 200; i++) {
      pacer.charge(2 * TARGET);
      spent += 2 * TARGET;
    }
    int decisions = 200;
    for (; pacer.price() > 0.01; decisions++) {
      pacer.charge(TARGET / 2);
      spent += TARGET / 2;
    }
    assertThat(spent / decisions).isCloseTo(TARGET, within(0.03 * TARGET));
  }

  @Test
  void take_kinds_areChargedWhereThePolicyHadASay() {
    BudgetPacer pacer = new BudgetPacer(TARGET);
    Decision drawn =
        new DecisionSampler(Routings.SALT)
            .decide(
                Routings.learned(Routings.squareCb()), Routings.request(new UUID(1, 2), "code"));
    double expected = 0;
    for (int arm = 0; arm < drawn.candidates().size(); arm++) {
      expected += drawn.propensities()[arm] * drawn.predictedCostNanos()[arm] * 1e-9;
    }
    BudgetPacer.Charge charge = pacer.take(drawn);
    assertThat(charge).isNotNull();
    assertThat(charge.expectedUsd()).isCloseTo(expected, within(1e-15));
    assertThat(pacer.smoothedUsd()).isCloseTo(TARGET + 0.05 * (expected - TARGET), within(1e-15));

    double smoothed = pacer.smoothedUsd();
    Decision sticky = Decision.sticky(new UUID(3, 4), "large", List.of("large"), "code", Map.of());
    assertThat(pacer.take(sticky)).isEqualTo(new BudgetPacer.Charge(pacer, smoothed));
    assertThat(pacer.smoothedUsd()).isCloseTo(smoothed, within(1e-15));

    assertThat(pacer.take(Decision.pinned("large", "code", Map.of()))).isNull();
    assertThat(pacer.smoothedUsd()).isCloseTo(smoothed, within(1e-15));
  }

  @ParameterizedTest
  @ValueSource(doubles = {1e-6, 0.37, 1, 25, 12_345.678})
  void rounded_anyWeight_isWithinHalfAPercentAndStaysThere(double weight) {
    double rounded = BudgetPacer.rounded(weight);
    assertThat(rounded / weight).isBetween(0.995, 1.005);
    assertThat(BudgetPacer.rounded(rounded)).isEqualTo(rounded);
  }

  @Test
  void utilityWeight_priceOverTarget_addsToTheCostWeight() {
    LearnedSettings free = Routings.settings();
    LearnedSettings paced = free.withLimits(LearnedSettings.Limits.ofTarget(TARGET));
    assertThat(free.utilityWeight(0.5)).isEqualTo(25);
    assertThat(paced.utilityWeight(0)).isEqualTo(25);
    assertThat(paced.utilityWeight(0.5)).isCloseTo(525, within(525 * 0.005));
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 40, 1000})
  void price_completionsLate_meetsTheTarget(int late) {
    int runs = 20;
    double sum = 0;
    for (int seed = 0; seed < runs; seed++) {
      double ratio = spendOverTarget(late, seed);
      sum += ratio;
      // Bills still open at the end are noise that no pacer can know: 1,000 of them vary by 0.7 %.
      assertThat(ratio).as("seed %d", seed).isBetween(0.97, 1.02);
    }
    assertThat(sum / runs).isBetween(0.98, 1.004);
  }

  @Test
  void construct_targetOfZero_isRejected() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new BudgetPacer(0))
        .withMessage("the target must be above 0: 0.0");
  }

  /**
   * Three arms whose prices are 500 times apart, chosen by inverse-gap weighting on quality less
   * cost; answers of log-normal length, billed {@code late} decisions afterwards.
   */
  private static double spendOverTarget(int late, long seed) {
    double[] cost = {0.00002, 0.0005, 0.01};
    double[] quality = {0.5, 0.7, 0.9};
    SplittableRandom random = new SplittableRandom(seed);
    BudgetPacer pacer = new BudgetPacer(TARGET);
    ArrayDeque<double[]> open = new ArrayDeque<>();
    double spent = 0;
    int decisions = 20_000;
    for (int i = 0; i < decisions; i++) {
      double[] p = inverseGap(quality, cost, pacer.price() / TARGET, 100);
      double expected = 0;
      for (int a = 0; a < p.length; a++) {
        expected += p[a] * cost[a];
      }
      pacer.charge(expected);
      double u = random.nextDouble();
      int arm = u < p[0] ? 0 : u < p[0] + p[1] ? 1 : 2;
      double sd = 0.8;
      double actual = cost[arm] * Math.exp(sd * random.nextGaussian() - sd * sd / 2);
      spent += actual;
      open.add(new double[] {expected, actual});
      if (open.size() > late) {
        double[] bill = open.remove();
        pacer.settle(bill[0], bill[1]);
      }
    }
    return spent / (decisions * TARGET);
  }

  private static double[] inverseGap(double[] quality, double[] cost, double weight, double gamma) {
    int n = quality.length;
    double[] score = new double[n];
    int best = 0;
    for (int a = 0; a < n; a++) {
      score[a] = quality[a] - weight * cost[a];
      best = score[a] > score[best] ? a : best;
    }
    double[] p = new double[n];
    double rest = 1;
    for (int a = 0; a < n; a++) {
      if (a != best) {
        p[a] = 1 / (n + gamma * (score[best] - score[a]));
        rest -= p[a];
      }
    }
    p[best] = rest;
    return p;
  }
}
