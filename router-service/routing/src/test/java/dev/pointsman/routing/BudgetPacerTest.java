package dev.pointsman.routing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayDeque;
import java.util.DoubleSummaryStatistics;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class BudgetPacerTest {

  private static final double TARGET = 0.001;
  private static final double LEAST = 0.98;
  private static final double MOST = 1.004;
  private static final int DECISIONS = 20_000;
  private static final double[] COST = {0.00002, 0.0005, 0.01};
  private static final double[] QUALITY = {0.5, 0.7, 0.9};

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
    BudgetPacer pacer = new BudgetPacer(TARGET / BudgetPacer.AIM);
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
    pacer.charge(pacer.smoothedUsd());
    assertThat(pacer.price()).isEqualTo(1.5);
    pacer.resume(Double.NaN);
    pacer.resume(-1);
    pacer.resume(1e9);
    assertThat(pacer.price()).isEqualTo(1.5);
  }

  @Test
  void settle_dearAnswer_isPaidBackByTheDecisionsAfterIt() {
    BudgetPacer pacer = new BudgetPacer(TARGET);
    BudgetPacer exact = new BudgetPacer(TARGET);
    pacer.settle(0.001, 0.051);
    assertThat(pacer.smoothedUsd()).as("nothing at once").isEqualTo(exact.smoothedUsd());
    double paidBack = 0;
    for (int i = 0; i < 1_000; i++) {
      double before = pacer.smoothedUsd();
      pacer.charge(TARGET);
      paidBack += (pacer.smoothedUsd() - before) / BudgetPacer.SMOOTHING + before - TARGET;
      exact.charge(0.01 * 0.05 * Math.pow(0.99, i) + TARGET);
      assertThat(pacer.smoothedUsd()).isCloseTo(exact.smoothedUsd(), within(1e-12));
      assertThat(pacer.price()).isCloseTo(exact.price(), within(1e-9));
    }
    assertThat(paidBack).isCloseTo(0.05, within(1e-5));
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
    double[] cost = new double[drawn.candidates().size()];
    double expected = 0;
    for (int arm = 0; arm < cost.length; arm++) {
      cost[arm] = drawn.predictedCostNanos()[arm] * 1e-9;
      expected += drawn.propensities()[arm] * cost[arm];
    }
    double ofChosen = cost[drawn.candidates().indexOf(drawn.chosenVariant())];
    assertThat(ofChosen).isNotCloseTo(expected, within(1e-6));

    assertThat(pacer.take(drawn)).isEqualTo(new BudgetPacer.Charge(pacer, ofChosen));
    BudgetPacer same = new BudgetPacer(TARGET);
    same.charge(expected);
    assertThat(pacer.smoothedUsd()).isCloseTo(same.smoothedUsd(), within(1e-15));
    same.settle(expected, ofChosen);

    double smoothed = pacer.smoothedUsd();
    Decision sticky = Decision.sticky(new UUID(3, 4), "large", List.of("large"), "code", Map.of());
    assertThat(pacer.take(sticky)).isEqualTo(new BudgetPacer.Charge(pacer, smoothed));
    same.charge(smoothed);
    assertThat(pacer.smoothedUsd()).isCloseTo(same.smoothedUsd(), within(1e-15));

    assertThat(pacer.take(Decision.pinned("large", "code", Map.of()))).isNull();
    assertThat(pacer.smoothedUsd()).isCloseTo(same.smoothedUsd(), within(1e-15));
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

  /**
   * Every single run. Bills still open at the end count as the variant drawn costs in the mean: what
   * they turn out to be no pacer can know, and 1,000 of them vary by 0.4 % of all that is spent.
   */
  @ParameterizedTest
  @ValueSource(ints = {0, 40, 1000})
  void price_completionsLate_everyRunMeetsTheTarget(int late) {
    int runs = Boolean.getBoolean("evidence") ? 2_000 : 200;
    DoubleSummaryStatistics known = new DoubleSummaryStatistics();
    DoubleSummaryStatistics billed = new DoubleSummaryStatistics();
    double quality = 0;
    int outside = 0;
    for (int seed = 0; seed < runs; seed++) {
      Run run = run(late, seed);
      known.accept(run.known());
      billed.accept(run.billed());
      quality += run.quality() / runs;
      outside += run.billed() < LEAST || run.billed() > MOST ? 1 : 0;
    }
    if (Boolean.getBoolean("evidence")) {
      System.out.printf(
          "%d late: known %s, billed %s, %d outside, quality %.4f of %.4f%n",
          late, known, billed, outside, quality, qualityAtBestFixedPrice());
    }
    assertThat(known.getMin()).isGreaterThanOrEqualTo(LEAST);
    assertThat(known.getMax()).isLessThanOrEqualTo(MOST);
    assertThat(billed.getAverage()).isBetween(LEAST, MOST);
    assertThat(outside).isLessThanOrEqualTo(late < 1_000 ? 0 : runs / 100);
    assertThat(quality).isGreaterThan(qualityAtBestFixedPrice() - 0.002);
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
  private static Run run(int late, long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    BudgetPacer pacer = new BudgetPacer(TARGET);
    ArrayDeque<double[]> open = new ArrayDeque<>();
    double billed = 0;
    double known = 0;
    double quality = 0;
    for (int i = 0; i < DECISIONS; i++) {
      double[] p = inverseGap(pacer.price() / TARGET);
      double expected = dot(p, COST);
      quality += dot(p, QUALITY) / DECISIONS;
      pacer.charge(expected);
      double u = random.nextDouble();
      double drawn = COST[u < p[0] ? 0 : u < p[0] + p[1] ? 1 : 2];
      pacer.settle(expected, drawn);
      double sd = 0.8;
      double actual = drawn * Math.exp(sd * random.nextGaussian() - sd * sd / 2);
      billed += actual;
      known += drawn;
      open.add(new double[] {drawn, actual});
      if (open.size() > late) {
        double[] bill = open.remove();
        pacer.settle(bill[0], bill[1]);
        known += bill[1] - bill[0];
      }
    }
    return new Run(billed / (DECISIONS * TARGET), known / (DECISIONS * TARGET), quality);
  }

  /**
   * One run.
   *
   * @param billed spend over target, all bills paid
   * @param known the same with the expected cost for bills that are still open
   * @param quality mean
   */
  private record Run(double billed, double known, double quality) {}

  /** What could be had for the target, by who knew the price beforehand. */
  private static double qualityAtBestFixedPrice() {
    double best = 0;
    for (double price = 0; price < 1; price += 0.0005) {
      double[] p = inverseGap(price / TARGET);
      if (dot(p, COST) <= TARGET) {
        best = Math.max(best, dot(p, QUALITY));
      }
    }
    return best;
  }

  private static double[] inverseGap(double weight) {
    int n = COST.length;
    double gamma = 100;
    double[] score = new double[n];
    int best = 0;
    for (int a = 0; a < n; a++) {
      score[a] = QUALITY[a] - weight * COST[a];
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

  private static double dot(double[] a, double[] b) {
    double sum = 0;
    for (int i = 0; i < a.length; i++) {
      sum += a[i] * b[i];
    }
    return sum;
  }
}
