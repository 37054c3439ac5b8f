package dev.pointsman.analysis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

final class HolmTest {

  @Test
  void adjust_vector_isReproduced() {
    // shared/vectors/learned-routing.json, holm_bh
    assertThat(Holm.adjust(new double[] {0.01, 0.04, 0.03, 0.005, 0.2}))
        .containsExactly(new double[] {0.04, 0.09, 0.09, 0.025, 0.2}, within(1e-12));
  }

  @Test
  void adjust_none_isNone() {
    assertThat(Holm.adjust(new double[0])).isEmpty();
  }

  @Test
  void adjust_noProbability_isRejected() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Holm.adjust(new double[] {Double.NaN}))
        .withMessage("a p-value must lie in 0..1: NaN");
  }
}
