package dev.pointsman.routing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

final class WilsonTest {

  /** Of 95 % between both ends. */
  private static final double Z = 1.959963984540054;

  @Test
  void interval_eightOfTen_isThePublishedOne() {
    Wilson interval = Wilson.interval(8, 10, Z);
    assertThat(interval.lower()).isCloseTo(0.4901624715366418, within(1e-6));
    assertThat(interval.upper()).isCloseTo(0.9433178485456248, within(1e-6));
  }

  @Test
  void interval_noTrials_isEverything() {
    assertThat(Wilson.interval(0, 0, Z)).isEqualTo(new Wilson(0, 1));
  }

  @Test
  void interval_allSuccesses_endsAtOne() {
    Wilson interval = Wilson.interval(20, 20, Z);
    assertThat(interval.upper()).isEqualTo(1, within(1e-12));
    assertThat(interval.lower()).isBetween(0.8, 0.9);
  }

  @Test
  void interval_thirtyWithoutOne_staysBelowATenth() {
    assertThat(Wilson.interval(0, 30, 1.6448536269514722).upper()).isLessThan(0.1);
  }

  @Test
  void interval_moreSuccessesThanTrials_isRejected() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Wilson.interval(3, 2, Z))
        .withMessage("successes must lie between 0 and n: 3.0 of 2.0");
  }
}
