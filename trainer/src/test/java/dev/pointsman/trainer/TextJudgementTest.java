package dev.pointsman.trainer;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

final class TextJudgementTest {

  /** Of n with an outcome each, of that mean and standard deviation. */
  static TextJudgement judged(long n, double mean, double deviation) {
    return new TextJudgement(1, n, n, n * mean, n * (mean * mean + deviation * deviation));
  }

  @Test
  void bounds_beforeTheBurnIn_areInfinite() {
    assertThat(judged(TextJudgement.BURN_IN - 1, 0.5, 0.01).bounds().lower())
        .isEqualTo(Double.NEGATIVE_INFINITY);
    assertThat(judged(TextJudgement.BURN_IN, 0.5, 0.01).bounds().lower()).isGreaterThan(0.4);
  }

  @Test
  void needed_asManyMoreAtTheSameMeanAndVariance_decides() {
    TextJudgement judgement = judged(300, 0.02, 0.3);
    long more = judgement.needed();
    assertThat(more).isPositive();
    assertThat(judged(300 + more, 0.02, 0.3).bounds().lower()).isPositive();
    assertThat(judged(300 + more - 1, 0.02, 0.3).bounds().lower()).isNegative();
    assertThat(judged(300, 0, 0.3).needed()).isNull();
    assertThat(judged(10, 0.5, 0.1).needed()).isEqualTo(TextJudgement.BURN_IN - 10);
    assertThat(TextJudgement.NONE.needed()).isNull();
  }

  @Test
  void needed_outcomesOfFewDecisions_countsOutcomes() {
    TextJudgement one = new TextJudgement(1, 1_000, 100, 1_000 * 0.2, 1_000 * (0.04 + 0.01));
    assertThat(one.bounds().lower()).isEqualTo(Double.NEGATIVE_INFINITY);
    assertThat(one.needed()).isEqualTo(TextJudgement.BURN_IN - 100);
  }

  @Test
  void alpha_overAllStretches_isNotMoreThanTheFunctions() {
    double spent = 0;
    TextJudgement judgement = judged(300, 0.1, 0.1);
    for (int stretch = 1; stretch <= 1000; stretch++) {
      spent += judgement.alpha();
      judgement = judgement.next();
    }
    assertThat(spent).isBetween(0.049, 0.05);
  }

  @Test
  void bounds_looksAfterEveryDecisionWithoutADifference_seldomExcludeZero() {
    int excluded = 0;
    for (int run = 0; run < 200; run++) {
      SplittableRandom random = new SplittableRandom(run);
      TextJudgement judgement = judged(0, 0, 0);
      for (int n = 0; n < 2_000; n++) {
        // Now and then a large weight, as a seldom chosen arm gives it.
        double difference = (random.nextBoolean() ? 1 : -1) * (random.nextInt(50) == 0 ? 2.0 : 0.1);
        judgement = judgement.with(difference, true);
        if (judgement.bounds().lower() > 0 || judgement.bounds().upper() < 0) {
          excluded++;
          break;
        }
      }
    }
    assertThat(excluded).isLessThanOrEqualTo(10);
  }
}
