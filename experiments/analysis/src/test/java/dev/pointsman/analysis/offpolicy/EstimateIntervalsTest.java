package dev.pointsman.analysis.offpolicy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import dev.pointsman.analysis.offpolicy.OffPolicyEstimator.DoublyRobust;
import dev.pointsman.analysis.offpolicy.OffPolicyEstimator.InversePropensity;
import dev.pointsman.analysis.offpolicy.OffPolicyEstimator.SelfNormalisedInversePropensity;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

final class EstimateIntervalsTest {

  private static final double[] IPS_TERMS =
      OffPolicyEstimatorTest.eightRows().stream()
          .mapToDouble(new InversePropensity()::averaged)
          .toArray();

  @Test
  void meanBounds_eightRows_areThePublishedOnes() {
    assertThat(MeanBounds.hoeffding(IPS_TERMS, 3, 0.05))
        .isCloseTo(-0.34811378695171424, within(1e-6));
    assertThat(MeanBounds.empiricalBernstein(IPS_TERMS, 3, 0.05))
        .isCloseTo(-3.9782965756871684, within(1e-6));
    assertThat(MeanBounds.studentT(IPS_TERMS, 0.05)).isCloseTo(0.0854942417545379, within(1e-6));
  }

  @Test
  void empiricalBernstein_twoSided_hasTheOneSidedBoundAtItsLowerEnd() {
    Interval interval =
        EstimateIntervals.empiricalBernstein(
            new InversePropensity(), OffPolicyEstimatorTest.eightRows(), 3, 0.1);
    assertThat(interval.lower()).isCloseTo(-3.9782965756871684, within(1e-6));
    assertThat(interval.upper()).isCloseTo(2 * 0.95 + 3.9782965756871684, within(1e-6));
  }

  @Test
  void empiricalBernstein_selfNormalised_isRejected() {
    assertThatIllegalArgumentException()
        .isThrownBy(
            () ->
                EstimateIntervals.empiricalBernstein(
                    new SelfNormalisedInversePropensity(),
                    OffPolicyEstimatorTest.eightRows(),
                    3,
                    0.1));
  }

  @Test
  void normal_knownError_isTheUsualInterval() {
    Interval interval = EstimateIntervals.normal(new Estimate(1, 0.1, 10, 10), 0.05);
    assertThat(interval.lower()).isCloseTo(1 - 0.1959963984540054, within(1e-9));
    assertThat(interval.upper()).isCloseTo(1 + 0.1959963984540054, within(1e-9));
  }

  @Test
  void bootstrap_manyRows_agreesWithTheNormalInterval() {
    List<EvaluationRow> rows = coins(2000, 1);
    DoublyRobust estimator = new DoublyRobust();
    Interval normal = EstimateIntervals.normal(estimator.estimate(rows), 0.05);
    Interval bootstrap = EstimateIntervals.bootstrap(estimator, rows, 0.05, 7);
    double width = normal.upper() - normal.lower();
    assertThat(bootstrap.lower()).isCloseTo(normal.lower(), within(0.06 * width));
    assertThat(bootstrap.upper()).isCloseTo(normal.upper(), within(0.06 * width));
    assertThat(EstimateIntervals.bootstrap(estimator, rows, 0.05, 7)).isEqualTo(bootstrap);
  }

  @Test
  void bootstrap_rowsRepeatedWithinEpisodes_isAsWide() {
    List<EvaluationRow> rows = coins(500, 1);
    List<EvaluationRow> twice = new ArrayList<>(rows);
    twice.addAll(rows);
    DoublyRobust estimator = new DoublyRobust();
    Interval once = EstimateIntervals.bootstrap(estimator, rows, 0.05, 7);
    Interval repeated = EstimateIntervals.bootstrap(estimator, twice, 0.05, 7);
    assertThat(repeated.lower()).isCloseTo(once.lower(), within(1e-12));
    assertThat(repeated.upper()).isCloseTo(once.upper(), within(1e-12));
  }

  @Test
  void anytime_beforeTheBurnIn_saysNothing() {
    assertThat(EstimateIntervals.anytime(new Estimate(1, 0.1, 500, 99), 0.05)).isEmpty();
  }

  @Test
  void anytime_afterTheBurnIn_isWiderThanTheNormalInterval() {
    Estimate estimate = new Estimate(1, 0.1, 500, 100);
    Interval anytime = EstimateIntervals.anytime(estimate, 0.05).orElseThrow();
    assertThat(anytime.lower()).isLessThan(EstimateIntervals.normal(estimate, 0.05).lower());
    assertThat(anytime.upper() - 1).isCloseTo(1 - anytime.lower(), within(1e-12));
  }

  private static List<EvaluationRow> coins(int n, long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    double[] logged = {0.8, 0.2};
    double[] target = {0.3, 0.7};
    double[] expected = {0.5, 0.5};
    List<EvaluationRow> rows = new ArrayList<>();
    for (int i = 0; i < n; i++) {
      int arm = random.nextDouble() < 0.8 ? 0 : 1;
      double reward = random.nextDouble() < (arm == 0 ? 0.4 : 0.7) ? 1 : 0;
      rows.add(EvaluationRow.of("e" + i, arm, logged, target, expected, reward, 0.01));
    }
    return rows;
  }
}
