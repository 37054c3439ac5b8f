package dev.pointsman.analysis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.SplittableRandom;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.LongRange;
import org.junit.jupiter.api.Test;

final class BernoulliGlrTest {

  @Test
  void strongest_publishedSequence_givesStatisticAndSplit() {
    double[] x = {1, 1, 1, 0, 1, 1, 1, 1, 1, 1, 0, 1, 0, 0, 1, 0, 0, 0, 1, 0};

    BernoulliGlr.Change change = BernoulliGlr.strongest(x).orElseThrow();

    assertThat(change.statistic()).isCloseTo(4.10076058572171, within(1e-6));
    assertThat(change.split()).isEqualTo(10);
    assertThat(change.meanBefore()).isEqualTo(0.9);
    assertThat(change.meanAfter()).isEqualTo(0.3, within(1e-12));
    assertThat(change.isAlarm()).isFalse();
  }

  @Test
  void strongest_tooFewValues_isEmpty() {
    assertThat(BernoulliGlr.strongest(new double[] {1, 1, 1, 1, 1, 1, 1, 1, 0, 0, 0, 0})).isEmpty();
  }

  @Test
  void strongest_oneBucket_hasNoSplit() {
    assertThat(BernoulliGlr.strongest(new double[] {500}, new double[] {250}, 1)).isEmpty();
  }

  @Test
  void threshold_hundredValues_isTheFormula() {
    assertThat(BernoulliGlr.threshold(100)).isCloseTo(Math.log(3 * 1000 / 0.01), within(1e-9));
  }

  @Property(seed = "1", tries = 100)
  void strongest_bucketsOfOne_equalSingleValues(
      @ForAll @LongRange(min = 0, max = 1 << 20) long seed,
      @ForAll @IntRange(min = 13, max = 60) int n) {
    SplittableRandom random = new SplittableRandom(seed);
    double[] x = new double[n];
    double[] ones = new double[n];
    for (int i = 0; i < n; i++) {
      x[i] = random.nextInt(2);
      ones[i] = 1;
    }

    BernoulliGlr.Change change = BernoulliGlr.strongest(ones, x, n).orElseThrow();

    assertThat(BernoulliGlr.strongest(x)).contains(change);
    assertThat(change.statistic()).isCloseTo(directStatistic(x, change.split()), within(1e-9));
    for (int s = BernoulliGlr.LEAST_BEFORE; s <= n - BernoulliGlr.LEAST_AFTER; s++) {
      assertThat(directStatistic(x, s)).isLessThanOrEqualTo(change.statistic() + 1e-9);
    }
  }

  @Test
  void isAlarm_stepFrom90To50Percent_isFoundNearTheStep() {
    SplittableRandom random = new SplittableRandom(7);
    double[] x = new double[300];
    for (int i = 0; i < x.length; i++) {
      x[i] = random.nextDouble() < (i < 200 ? 0.9 : 0.5) ? 1 : 0;
    }

    BernoulliGlr.Change change = BernoulliGlr.strongest(x).orElseThrow();

    assertThat(change.isAlarm()).isTrue();
    assertThat(change.split()).isBetween(190, 210);
  }

  @Test
  void isAlarm_noChangeLookedAtAllTheTime_isRare() {
    int alarms = 0;
    for (int seed = 0; seed < 200; seed++) {
      SplittableRandom random = new SplittableRandom(seed);
      double[] counts = new double[100];
      double[] sums = new double[100];
      for (int i = 0; i < counts.length; i++) {
        counts[i] = 5;
        for (int j = 0; j < 5; j++) {
          sums[i] += random.nextDouble() < 0.7 ? 1 : 0;
        }
        if (BernoulliGlr.strongest(counts, sums, i + 1)
            .filter(BernoulliGlr.Change::isAlarm)
            .isPresent()) {
          alarms++;
          break;
        }
      }
    }
    assertThat(alarms).isLessThanOrEqualTo(4);
  }

  private static double directStatistic(double[] x, int split) {
    double before = 0;
    double after = 0;
    for (int i = 0; i < x.length; i++) {
      if (i < split) {
        before += x[i];
      } else {
        after += x[i];
      }
    }
    double m = (before + after) / x.length;
    int rest = x.length - split;
    return split * kl(before / split, m) + rest * kl(after / rest, m);
  }

  private static double kl(double p, double q) {
    double a = p == 0 ? 0 : p * Math.log(p / q);
    double b = p == 1 ? 0 : (1 - p) * Math.log((1 - p) / (1 - q));
    return a + b;
  }
}
