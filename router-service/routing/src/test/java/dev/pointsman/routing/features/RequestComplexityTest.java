package dev.pointsman.routing.features;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

final class RequestComplexityTest {

  @Test
  void of_growingText_climbsAtItsSizes() {
    assertThat(RequestComplexity.of("")).isEqualTo(RequestComplexity.SIMPLE);
    assertThat(RequestComplexity.of("a".repeat(199))).isEqualTo(RequestComplexity.SIMPLE);
    assertThat(RequestComplexity.of("a".repeat(200))).isEqualTo(RequestComplexity.MEDIUM);
    assertThat(RequestComplexity.of("a".repeat(479))).isEqualTo(RequestComplexity.MEDIUM);
    assertThat(RequestComplexity.of("a".repeat(480))).isEqualTo(RequestComplexity.COMPLEX);
    assertThat(RequestComplexity.of("a".repeat(1_000_000))).isEqualTo(RequestComplexity.COMPLEX);
  }

  @Test
  void of_shortTextWithCode_isComplex() {
    assertThat(RequestComplexity.of("Why does this fail?\n```\nx = 1\n```"))
        .isEqualTo(RequestComplexity.COMPLEX);
  }

  @Test
  void of_denseScripts_countTheirSignsAsWhatTheySay() {
    assertThat(RequestComplexity.of("什么是光合作用？")).isEqualTo(RequestComplexity.SIMPLE);
    assertThat(RequestComplexity.of("光".repeat(67))).isEqualTo(RequestComplexity.MEDIUM);
    assertThat(RequestComplexity.of("한".repeat(160))).isEqualTo(RequestComplexity.COMPLEX);
    assertThat(RequestComplexity.of("я".repeat(160))).isEqualTo(RequestComplexity.SIMPLE);
  }

  @Test
  void ofLabel_everyTier_isReadBack() {
    for (RequestComplexity tier : RequestComplexity.values()) {
      assertThat(RequestComplexity.ofLabel(tier.label())).isEqualTo(tier);
    }
    assertThatIllegalArgumentException()
        .isThrownBy(() -> RequestComplexity.ofLabel("hard"))
        .withMessageContaining("hard");
  }

  @Test
  void weightBeside_rewards_fadesAndEnds() {
    assertThat(RequestComplexity.weightBeside(0)).isEqualTo(1);
    assertThat(RequestComplexity.weightBeside(4)).isCloseTo(0.5, within(1e-15));
    assertThat(RequestComplexity.weightBeside(99)).isLessThan(0.04);
    assertThat(RequestComplexity.weightBeside(100)).isZero();
  }
}
