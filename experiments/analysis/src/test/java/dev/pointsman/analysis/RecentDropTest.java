package dev.pointsman.analysis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.Optional;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

final class RecentDropTest {

  @Test
  void threshold_shorterStretch_isHigher() {
    assertThat(RecentDrop.threshold(300, 1)).isCloseTo(7, within(1e-12));
    assertThat(RecentDrop.threshold(30, 1)).isCloseTo(7 + 2 * Math.log(10), within(1e-12));
    assertThat(RecentDrop.threshold(400, 25)).isCloseTo(7 - 0.3 * Math.log(25), within(1e-12));
  }

  @Test
  void find_meanFalls_splitIsWhereItDid() {
    double[] values = new double[1_100];
    for (int i = 0; i < values.length; i++) {
      // 9 of 10 before, 6 of 10 from the 1,000th on
      values[i] = i % 10 < (i < 1_000 ? 9 : 6) ? 1 : 0;
    }

    BernoulliGlr.Change change = find(values).orElseThrow();

    assertThat(change.split()).isBetween(995, 1_006);
    assertThat(change.countBefore() + change.countAfter()).isEqualTo(1_100);
    assertThat(change.sumBefore() + change.sumAfter()).isEqualTo(960);
    assertThat(change.statistic())
        .isGreaterThan(RecentDrop.threshold(change.countAfter(), 1))
        .isLessThanOrEqualTo(BernoulliGlr.strongest(values).orElseThrow().statistic());
  }

  @Test
  void find_meanRises_isNone() {
    double[] values = new double[1_100];
    for (int i = 0; i < values.length; i++) {
      values[i] = i % 10 < (i < 1_000 ? 4 : 9) ? 1 : 0;
    }

    assertThat(BernoulliGlr.strongest(values).orElseThrow().isAlarm()).isTrue();
    assertThat(find(values)).isEmpty();
  }

  @Test
  void find_fallLongAgo_isNone() {
    double[] values = new double[2_000];
    for (int i = 0; i < values.length; i++) {
      values[i] = i % 10 < (i < 200 ? 9 : 6) ? 1 : 0;
    }

    assertThat(find(values)).isEmpty();
  }

  @Test
  void find_fewValues_isNone() {
    assertThat(find(new double[0])).isEmpty();
    assertThat(find(new double[] {1, 1, 1, 1, 1, 1, 1, 0, 0, 0, 0, 0})).isEmpty();
    assertThat(find(new double[] {1, 1, 1, 1, 1, 1, 1, 1, 0, 0, 0, 0})).isEmpty();
  }

  /** One bucket may hold more than the window does; its beginning is still a split. */
  @Test
  void find_bucketsLargerThanWindow_looksAtTheLast() {
    double[] counts = {1_000, 1_000, 1_000};
    double[] sums = {900, 900, 700};

    assertThat(RecentDrop.find(counts, sums, 3))
        .hasValueSatisfying(change -> assertThat(change.split()).isEqualTo(2));
    assertThat(RecentDrop.find(counts, new double[] {700, 700, 700}, 3)).isEmpty();
  }

  /** Buckets of one value each and single values are the same; fractions count as what they sum to. */
  @Test
  void find_randomValues_exceedsThresholdAndIsWithinWindow() {
    SplittableRandom random = new SplittableRandom(5);
    int found = 0;
    for (int run = 0; run < 300; run++) {
      int n = 20 + random.nextInt(800);
      int at = random.nextInt(n);
      double[] counts = new double[n];
      double[] sums = new double[n];
      for (int i = 0; i < n; i++) {
        counts[i] = 1 + random.nextInt(3);
        sums[i] = counts[i] * random.nextDouble(i < at ? 1 : 0.6);
      }
      Optional<BernoulliGlr.Change> change = RecentDrop.find(counts, sums, n);
      if (change.isPresent()) {
        found++;
        BernoulliGlr.Change c = change.get();
        assertThat(c.countAfter())
            .isBetween((double) BernoulliGlr.LEAST_AFTER, (double) RecentDrop.WINDOW)
            .isEqualTo(Arrays.stream(counts, c.split(), n).sum());
        assertThat(c.meanAfter()).isLessThan(c.meanBefore());
        assertThat(c.statistic()).isGreaterThan(RecentDrop.threshold(c.countAfter(), 3));
      }
    }
    assertThat(found).isGreaterThan(50);
  }

  private static Optional<BernoulliGlr.Change> find(double[] values) {
    double[] ones = new double[values.length];
    Arrays.fill(ones, 1);
    return RecentDrop.find(ones, values, values.length);
  }
}
