package dev.pointsman.analysis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

final class CategoryShiftTest {

  private static int draw(SplittableRandom random, double[] shares) {
    double u = random.nextDouble();
    int category = 0;
    while (category < shares.length - 1 && u >= shares[category]) {
      u -= shares[category++];
    }
    return category;
  }

  private static final double[] BEFORE = {0.4, 0.3, 0.2, 0.1};

  @Test
  void pValue_sameDistribution_isEverSmallNoMoreOftenThanItSays() {
    SplittableRandom random = new SplittableRandom(1);
    int small = 0;
    for (int run = 0; run < 1_000; run++) {
      CategoryShift shift = new CategoryShift(4);
      for (int pair = 0; pair < 1_000; pair++) {
        shift.accept(draw(random, BEFORE), draw(random, BEFORE));
      }
      small += shift.pValue() <= 0.05 ? 1 : 0;
    }
    assertThat(small).isLessThanOrEqualTo(50);
  }

  @Test
  void pValue_shiftOfAThird_isFoundWithinSomeHundredPairs() {
    SplittableRandom random = new SplittableRandom(2);
    double[] after = {0.15, 0.25, 0.25, 0.35};
    int found = 0;
    for (int run = 0; run < 200; run++) {
      CategoryShift shift = new CategoryShift(16);
      while (shift.pairs() < 500) {
        shift.accept(draw(random, BEFORE), draw(random, after));
      }
      found += shift.pValue() <= 0.001 ? 1 : 0;
      assertThat(shift.stabilityIndex()).isGreaterThan(0.25);
    }
    assertThat(found).isGreaterThanOrEqualTo(190);
  }

  @Test
  void accept_firstPairs_multiplyToWhatTheFormulaSays() {
    CategoryShift shift = new CategoryShift(2);
    shift.accept(0, 1);
    assertThat(shift.pValue()).as("both shares were even").isEqualTo(1);
    shift.accept(0, 1);
    // p = q' = 1.5/2 against 1/2, twice.
    assertThat(shift.pValue()).isCloseTo(1 / (1.5 * 1.5), within(1e-12));
    // Shares 2.5/3 and 0.5/3.
    assertThat(shift.stabilityIndex()).isCloseTo(2 * (2 / 3.0) * Math.log(5), within(1e-12));
  }

  @Test
  void new_oneCategory_isRefused() {
    assertThatIllegalArgumentException().isThrownBy(() -> new CategoryShift(1));
  }
}
