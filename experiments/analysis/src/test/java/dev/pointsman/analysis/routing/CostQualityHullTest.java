package dev.pointsman.analysis.routing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import dev.pointsman.analysis.routing.CostQualityHull.Point;
import java.util.List;
import org.junit.jupiter.api.Test;

final class CostQualityHullTest {

  private static final CostQualityHull HULL =
      CostQualityHull.of(
          List.of(new Point(1, 0.5), new Point(2, 0.6), new Point(3, 0.9), new Point(4, 0.8)));

  @Test
  void of_fourPoints_givesThePublishedFigures() {
    assertThat(HULL.points()).containsExactly(new Point(1, 0.5), new Point(3, 0.9));
    assertThat(HULL.meanHeight(1, 3)).isCloseTo(0.7, within(1e-6));
    assertThat(HULL.meanHeight(1, 5)).isCloseTo(0.8, within(1e-6));
    assertThat(HULL.costToReach(0.7).orElseThrow()).isCloseTo(2, within(1e-6));
    assertThat(HULL.costToReach(0.91)).isEmpty();
  }

  @Test
  void normalised_coinBetweenTheTwo_isAHalf() {
    assertThat(HULL.normalised(new Point(1, 0.5), new Point(3, 0.9))).isCloseTo(0.5, within(1e-12));
  }

  @Test
  void costSaving_dearerModelOfLessQuality_isWhatTheHullSaves() {
    assertThat(HULL.costSaving(new Point(4, 0.8)).orElseThrow())
        .isCloseTo(1 - 2.5 / 4, within(1e-12));
    assertThat(HULL.costSaving(new Point(4, 1))).isEmpty();
  }

  @Test
  void anchored_pointsCheaperThanTheWeakModel_areLeftOut() {
    CostQualityHull hull =
        CostQualityHull.anchored(
            List.of(new Point(0.5, 0.7), new Point(3, 0.9)), new Point(1, 0.5));
    assertThat(hull.points()).containsExactly(new Point(1, 0.5), new Point(3, 0.9));
  }

  @Test
  void of_samePriceTwice_keepsTheBetter() {
    assertThat(CostQualityHull.of(List.of(new Point(1, 0.2), new Point(1, 0.4))).points())
        .containsExactly(new Point(1, 0.4));
  }

  @Test
  void meanHeight_rangeBeforeTheHull_isRejected() {
    assertThatIllegalArgumentException().isThrownBy(() -> HULL.meanHeight(0, 3));
  }
}
