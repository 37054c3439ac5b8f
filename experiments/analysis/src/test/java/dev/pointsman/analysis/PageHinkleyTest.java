package dev.pointsman.analysis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import java.util.Random;
import org.junit.jupiter.api.Test;

final class PageHinkleyTest {

  @Test
  void accept_publishedSequence_givesTheStatistics() {
    double[] expected = {
      0,
      0,
      0,
      0,
      0,
      0,
      0,
      0,
      0,
      0,
      0.2627272727272727,
      0.5027272727272727,
      0.7234965034965034,
      0.9277822177822177,
      1.1177822177822176,
      1.2952822177822176,
      1.4617528060175118,
      1.6184194726841783,
      1.7663142095262836,
      1.9063142095262835
    };
    PageHinkley detector = new PageHinkley(0.01);
    for (int i = 0; i < 20; i++) {
      assertThat(detector.accept(i < 10 ? 0.8 : 0.5)).isCloseTo(expected[i], within(1e-6));
    }
    assertThat(detector.statistic()).isCloseTo(expected[19], within(1e-6));
    assertThat(detector.changePoint()).isEqualTo(10);
  }

  @Test
  void accept_bucketOfEqualValues_movesAsFarAsOneByOneFromASettledMean() {
    PageHinkley single = new PageHinkley(0);
    PageHinkley bucketed = new PageHinkley(0);
    single.accept(1000, 800);
    bucketed.accept(1000, 800);
    for (int i = 0; i < 10; i++) {
      single.accept(0.5);
    }
    bucketed.accept(10, 5);
    assertThat(bucketed.statistic()).isCloseTo(single.statistic(), within(0.02));
  }

  @Test
  void statistic_standardSettingsWithoutChange_staysBelowTheThreshold() {
    int alarms = 0;
    for (int seed = 0; seed < 100; seed++) {
      Random random = new Random(seed);
      PageHinkley detector = new PageHinkley(PageHinkley.STANDARD_DELTA);
      for (int i = 0; i < 2000; i++) {
        if (detector.accept(random.nextGaussian()) > PageHinkley.STANDARD_THRESHOLD) {
          alarms++;
          break;
        }
      }
    }
    assertThat(alarms).isLessThanOrEqualTo(3);
  }

  @Test
  void statistic_fallByOneDeviation_isFoundWithinSixtyValues() {
    int near = 0;
    for (int seed = 0; seed < 50; seed++) {
      Random random = new Random(seed);
      PageHinkley detector = new PageHinkley(PageHinkley.STANDARD_DELTA);
      for (int i = 0; i < 500; i++) {
        detector.accept(random.nextGaussian());
      }
      int taken = 0;
      while (detector.statistic() <= PageHinkley.STANDARD_THRESHOLD && taken < 100) {
        detector.accept(random.nextGaussian() - 1);
        taken++;
      }
      assertThat(taken).isLessThan(60);
      near += Math.abs(detector.changePoint() - 500) <= 25 ? 1 : 0;
    }
    assertThat(near).isGreaterThanOrEqualTo(45);
  }

  @Test
  void new_negativeDelta_isRejected() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new PageHinkley(-1))
        .withMessage("delta must be at least 0: -1.0");
  }
}
