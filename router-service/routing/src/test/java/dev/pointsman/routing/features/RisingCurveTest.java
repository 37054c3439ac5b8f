package dev.pointsman.routing.features;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

final class RisingCurveTest {

  @Test
  void of_anywhere_isStraightBetweenKnotsAndConstantOutside() {
    RisingCurve curve = RisingCurve.of(new double[] {-1, 0, 2}, new double[] {-0.5, 0, 0.1});
    assertThat(curve.of(-7)).isEqualTo(-0.5);
    assertThat(curve.of(-1)).isEqualTo(-0.5);
    assertThat(curve.of(-0.5)).isEqualTo(-0.25, within(1e-15));
    assertThat(curve.of(0)).isZero();
    assertThat(curve.of(1)).isEqualTo(0.05, within(1e-15));
    assertThat(curve.of(9)).isEqualTo(0.1);
    assertThat(RisingCurve.ZERO.of(3)).isZero();
  }

  @Test
  void of_fallingOrDisorderlyKnots_areRefused() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> RisingCurve.of(new double[] {0, 1}, new double[] {1, 0}))
        .withMessageContaining("never fall");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> RisingCurve.of(new double[] {1, 1}, new double[] {0, 1}));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> RisingCurve.of(new double[] {0}, new double[] {Double.NaN}));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> RisingCurve.of(new double[0], new double[0]));
  }
}
