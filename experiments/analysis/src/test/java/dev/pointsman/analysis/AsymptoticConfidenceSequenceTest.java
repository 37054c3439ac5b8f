package dev.pointsman.analysis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

final class AsymptoticConfidenceSequenceTest {

  @Test
  void around_relativeLiftOfMeans_givesThePublishedBounds() {
    double varianceA = sampleVariance(1396.87, 52377.9767, 3000);
    double varianceB = sampleVariance(2422.7, 134698.29, 3461);
    double meanA = 1396.87 / 3000;
    double meanB = 2422.7 / 3461;
    double se = liftError(meanA, varianceA, 3000, meanB, varianceB, 3461);
    assertThat(se).isCloseTo(0.3334122146400735, within(1e-6));

    var bounds = AsymptoticConfidenceSequence.around(meanB / meanA - 1, se, 6461, 0.05, 1000);

    assertThat(bounds.estimate()).isCloseTo(0.5033610858562358, within(1e-6));
    assertThat(bounds.upper() - bounds.estimate()).isCloseTo(1.0618015909639673, within(1e-6));
    assertThat(bounds.lower()).isCloseTo(-0.5584405051077315, within(1e-6));
    assertThat(bounds.upper()).isCloseTo(1.5651626768202032, within(1e-6));
    assertThat(bounds.p()).isEqualTo(1);
  }

  @Test
  void around_relativeLiftOfProportions_givesThePublishedBounds() {
    double a = 1396.0 / 3000;
    double b = 2422.0 / 3461;
    double se = liftError(a, a * (1 - a), 3000, b, b * (1 - b), 3461);
    assertThat(se).isCloseTo(0.033860214798231224, within(1e-6));

    var bounds = AsymptoticConfidenceSequence.around(b / a - 1, se, 6461, 0.05, 5000);

    assertThat(bounds.estimate()).isCloseTo(0.5038633516821496, within(1e-6));
    assertThat(bounds.lower()).isCloseTo(0.4009784966859415, within(1e-6));
    assertThat(bounds.upper()).isCloseTo(0.6067482066783576, within(1e-6));
    assertThat(bounds.p()).isCloseTo(5.174716682839778e-44, within(1e-49));
  }

  @Test
  void around_noError_isAPoint() {
    var same = AsymptoticConfidenceSequence.around(0, 0, 100, 0.05, 1000);
    var other = AsymptoticConfidenceSequence.around(0.1, 0, 100, 0.05, 1000);
    assertThat(same).isEqualTo(new AsymptoticConfidenceSequence.Bounds(0, 0, 0, 1));
    assertThat(other.p()).isZero();
  }

  @Test
  void margin_publishedCase_isReached() {
    assertThat(AsymptoticConfidenceSequence.margin(0.25, 100, 0.05))
        .isCloseTo(0.16133336613507268, within(1e-6));
  }

  @Test
  void margin_coinLookedAtAllTheTime_coversTheMean() {
    int misses = 0;
    for (int seed = 0; seed < 200; seed++) {
      SplittableRandom random = new SplittableRandom(seed);
      double sum = 0;
      for (int n = 1; n <= 2000; n++) {
        sum += random.nextDouble() < 0.7 ? 1 : 0;
        double mean = sum / n;
        if (n >= 30
            && Math.abs(mean - 0.7)
                > AsymptoticConfidenceSequence.margin(mean * (1 - mean), n, 0.05)) {
          misses++;
          break;
        }
      }
    }
    assertThat(misses).isLessThanOrEqualTo(20);
  }

  @Test
  void isBurnedIn_needsUnitsSuccessesAndFailures() {
    assertThat(AsymptoticConfidenceSequence.isBurnedIn(100, 5)).isTrue();
    assertThat(AsymptoticConfidenceSequence.isBurnedIn(99, 50)).isFalse();
    assertThat(AsymptoticConfidenceSequence.isBurnedIn(100, 4)).isFalse();
    assertThat(AsymptoticConfidenceSequence.isBurnedIn(100, 96)).isFalse();
  }

  @Test
  void margin_alphaOutsideItsRange_isRejected() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> AsymptoticConfidenceSequence.margin(0.25, 10, 1))
        .withMessage("alpha must lie between 0 and 1: 1.0");
  }

  private static double sampleVariance(double sum, double squares, double n) {
    return (squares - sum * sum / n) / (n - 1);
  }

  private static double liftError(
      double meanA, double varA, double nA, double meanB, double varB, double nB) {
    return Math.sqrt(
        varB / (nB * meanA * meanA) + varA * meanB * meanB / (nA * Math.pow(meanA, 4)));
  }
}
