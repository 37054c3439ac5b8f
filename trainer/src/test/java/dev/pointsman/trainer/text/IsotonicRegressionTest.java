package dev.pointsman.trainer.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.pointsman.routing.features.RisingCurve;
import java.util.Arrays;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

final class IsotonicRegressionTest {

  @Test
  void of_risingBins_areTheirMeans() {
    double[] x = new double[40];
    double[] y = new double[40];
    for (int i = 0; i < 40; i++) {
      x[i] = i;
      y[i] = i / 10;
    }
    RisingCurve curve = IsotonicRegression.of(x, y);
    assertThat(curve.size()).isEqualTo(4);
    assertThat(curve.of(4.5)).isEqualTo(0);
    assertThat(curve.of(14.5)).isEqualTo(1, within(1e-12));
    assertThat(curve.of(99)).isEqualTo(3, within(1e-12));
  }

  @Test
  void of_fallingPoints_isTheirMeanEverywhere() {
    double[] x = new double[30];
    double[] y = new double[30];
    Arrays.setAll(x, i -> i);
    Arrays.setAll(y, i -> -i);
    RisingCurve curve = IsotonicRegression.of(x, y);
    assertThat(curve.size()).isEqualTo(1);
    assertThat(curve.of(0)).isEqualTo(-14.5, within(1e-12));
  }

  @Test
  void of_noisyPoints_isNearerThanAnyConstantAndNeverFalls() {
    SplittableRandom random = new SplittableRandom(3);
    double[] x = random.doubles(500, -1, 1).toArray();
    double[] y = new double[500];
    Arrays.setAll(y, i -> (x[i] > 0.2 ? 0.3 : -0.1) + random.nextDouble() - 0.5);
    RisingCurve curve = IsotonicRegression.of(x, y);
    double mean = Arrays.stream(y).average().orElseThrow();
    double ofCurve = 0;
    double ofMean = 0;
    for (int i = 0; i < x.length; i++) {
      ofCurve += Math.pow(y[i] - curve.of(x[i]), 2);
      ofMean += Math.pow(y[i] - mean, 2);
    }
    assertThat(ofCurve).isLessThan(ofMean);
    for (double at = -1; at < 1; at += 0.01) {
      assertThat(curve.of(at + 0.01)).isGreaterThanOrEqualTo(curve.of(at));
    }
  }

  @Test
  void of_samePlaceEverywhereOrNothing_isAConstant() {
    assertThat(IsotonicRegression.of(new double[50], new double[50]).size()).isEqualTo(1);
    assertThat(IsotonicRegression.of(new double[0], new double[0]).of(2)).isZero();
  }
}
