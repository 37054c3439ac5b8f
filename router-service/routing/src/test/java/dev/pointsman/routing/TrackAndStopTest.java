package dev.pointsman.routing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.Collections;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** Published figures are those of TensorZero's tests, to their tolerance of 1e-4. */
final class TrackAndStopTest {

  @Test
  void weights_twoArms_areProportionalToStandardDeviations() {
    assertThat(weights(new double[] {0.3, 0.7}, new double[] {0.21, 0.21}, 50, 0, 0))
        .containsExactly(new double[] {0.5, 0.5}, within(1e-4));
    assertThat(weights(new double[] {100, 105}, new double[] {1, 20}, 50, 2, 0.01))
        .containsExactly(new double[] {0.182752086850448, 0.817247913149552}, within(1e-4));
  }

  @Test
  void weights_threeArms_agreeWithPublishedVectors() {
    assertThat(weights(new double[] {0.2, 0.6, 0.4}, new double[] {0.1, 0.2, 0.15}, 10, 0.02, 0.05))
        .containsExactly(
            new double[] {0.050000000981238, 0.509054656289642, 0.44094534272912}, within(1e-4));
    assertThat(weights(new double[] {0.5, 0.51, 0.3}, new double[] {0.1, 0.1, 0.1}, 10, 0.01, 0.01))
        .containsExactly(
            new double[] {0.494996029290799, 0.495003970556052, 0.010000000211085}, within(1e-4));
  }

  @Test
  void weights_tenArms_agreeWithPublishedVector() {
    double[] means = {0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0};
    double[] variances = new double[10];
    Arrays.fill(variances, 0.1);
    assertThat(weights(means, variances, 10, 0.02, 0.01))
        .containsExactly(
            new double[] {
              0.009999998037405,
              0.00999999802135,
              0.009999998050981,
              0.009999998100266,
              0.011316045868696,
              0.017600153556836,
              0.031270947718469,
              0.07218800345608,
              0.409811419219896,
              0.417813437971073
            },
            within(1e-4));
  }

  @Test
  void weights_metricMinimised_agreeWithPublishedVector() {
    assertThat(weights(new double[] {-10, -12, -11}, new double[] {2, 3.5, 2.5}, 20, 0.5, 0.05))
        .containsExactly(
            new double[] {0.411818058014078, 0.14418411319317, 0.443997828792751}, within(1e-4));
  }

  @Test
  void weights_equalMeans_areEqual() {
    assertThat(weights(new double[] {0.5, 0.5, 0.5}, new double[] {1, 2, 3}, 10, 0, 0))
        .containsOnly(1 / 3.0);
  }

  @Test
  void weights_anyArms_sumToOneAndNoChangeOfTwoImprovesThem() {
    SplittableRandom random = new SplittableRandom(3);
    for (int attempt = 0; attempt < 200; attempt++) {
      int arms = 2 + random.nextInt(9);
      double[] means = random.doubles(arms).toArray();
      double[] variances = random.doubles(arms, 0, 0.3).toArray();
      double[] weights = weights(means, variances, 10, 0.01, 0.005);
      assertThat(Arrays.stream(weights).sum()).isCloseTo(1, within(1e-12));
      assertThat(Arrays.stream(weights).min().orElseThrow()).isGreaterThan(0.005 - 1e-9);
      double value = TrackAndStop.evidence(weights, means, variances, 0.01);
      for (int change = 0; change < 50; change++) {
        int from = random.nextInt(arms);
        int to = random.nextInt(arms);
        double[] moved = weights.clone();
        double amount = Math.min(moved[from] - 0.005, 0.02 * random.nextDouble());
        moved[from] -= amount;
        moved[to] += amount;
        assertThat(TrackAndStop.evidence(moved, means, variances, 0.01))
            .isLessThanOrEqualTo(value * (1 + 1e-6));
      }
    }
  }

  @Test
  void threshold_thirtyPulls_agreesWithPublishedVector() {
    assertThat(TrackAndStop.threshold(30, 0.05)).isCloseTo(4.4776089096529015, within(1e-6));
  }

  @Test
  void evidence_twoArms_agreesWithPublishedVector() {
    double[] counts = {100, 100};
    double[] means = {0.7, 0.5};
    double[] variances = {0.21, 0.25};
    assertThat(TrackAndStop.evidence(counts, means, variances, 0))
        .isCloseTo(4.34782608695652, within(1e-6));
    assertThat(TrackAndStop.threshold(200, 0.05)).isCloseTo(4.8360147866031, within(1e-6));
    assertThat(TrackAndStop.isDecided(counts, means, variances, 0, 0.05)).isFalse();
    assertThat(TrackAndStop.isDecided(new double[] {120, 120}, means, variances, 0, 0.05)).isTrue();
  }

  @Test
  void leader_equalMeans_isTheOneOfSmallerVariancePerPull() {
    double[] means = {0.5, 0.7, 0.7};
    assertThat(TrackAndStop.leader(new double[] {9, 9, 9}, means, new double[] {1, 2, 1}))
        .isEqualTo(2);
    assertThat(TrackAndStop.leader(new double[] {9, 90, 9}, means, new double[] {1, 2, 1}))
        .isEqualTo(1);
  }

  private static double[] weights(
      double[] means, double[] variances, double count, double epsilon, double least) {
    double[] counts =
        Collections.nCopies(means.length, count).stream().mapToDouble(n -> n).toArray();
    return TrackAndStop.weights(counts, means, variances, epsilon, least);
  }
}
