package dev.pointsman.analysis.routing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

final class PairCurveTest {

  private static final double[] WEAK = {1, 0, 0, 0};
  private static final double[] STRONG = {1, 1, 1, 0};

  @Test
  void of_fourPrompts_givesThePublishedFigures() {
    PairCurve curve = PairCurve.of(WEAK, STRONG, new double[] {0, 3, 2, 1});
    assertThat(curve.area()).isCloseTo(0.75, within(1e-6));
    assertThat(curve.leastShare(0.5).orElseThrow()).isCloseTo(0.25, within(1e-6));
    assertThat(curve.leastShare(0.8).orElseThrow()).isCloseTo(0.4, within(1e-6));
    assertThat(curve.recovered(0.25)).isCloseTo(0.5, within(1e-12));
  }

  @Test
  void of_equalScores_isTheRandomRouter() {
    PairCurve curve = PairCurve.of(WEAK, STRONG, new double[4]);
    assertThat(curve.area()).isCloseTo(0.5, within(1e-12));
    assertThat(curve.leastShare(0.5).orElseThrow()).isCloseTo(0.5, within(1e-12));
    assertThat(curve.leastShare(0.8).orElseThrow()).isCloseTo(0.8, within(1e-12));
  }

  @Test
  void leastShare_moreThanIsEverRecovered_isEmpty() {
    PairCurve curve = PairCurve.of(WEAK, STRONG, new double[] {0, 3, 2, 1});
    assertThat(curve.leastShare(1.1)).isEmpty();
    assertThat(curve.leastShare(0)).hasValue(0);
  }

  @Test
  void of_strongModelNoBetter_isRejected() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> PairCurve.of(STRONG, WEAK, new double[4]))
        .withMessage("the strong model must be better on average: its lead is -0.5");
  }
}
