package dev.pointsman.trainer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.pointsman.routing.BudgetPacer;
import org.junit.jupiter.api.Test;

final class TargetPriceTest {

  @Test
  void of_costThatFallsWithThePrice_isWhereItMeetsTheTarget() {
    assertThat(TargetPrice.of(price -> 0.01 / (1 + price), 0.004)).isCloseTo(1.5, within(1e-4));
    assertThat(0.01 / (1 + TargetPrice.of(price -> 0.01 / (1 + price), 0.004)))
        .isLessThanOrEqualTo(0.004);
  }

  @Test
  void of_targetThatIsMetAnyway_isFree() {
    assertThat(TargetPrice.of(price -> 0.004, 0.004)).isZero();
  }

  @Test
  void of_targetThatNoPriceMeets_isThePacersGreatest() {
    assertThat(TargetPrice.of(price -> 0.01, 0.004)).isEqualTo(BudgetPacer.GREATEST_PRICE);
  }
}
