package dev.pointsman.trainer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.time.Instant;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

final class TextStandingTest {

  private static final Instant AT = Instant.parse("2026-11-20T00:00:00.000123Z");

  private static TextStanding judged(long n, double mean, double deviation) {
    return TextStanding.NONE
        .fitted("text-00000000000000aa", 640, AT)
        .judgedTo(AT.plusSeconds(60), n, n, n * mean, n * (mean * mean + deviation * deviation));
  }

  @Test
  void ofProvenance_whatAProvenanceHolds_isTheSame() {
    TextStanding standing =
        judged(420, 1 / 3d, 0.7)
            .switched(true, AT.plusSeconds(90))
            .besides(
                List.of(
                    new TextStanding.Earlier("text-01", AT.minusSeconds(90)),
                    new TextStanding.Earlier("text-02", AT.minusSeconds(9))));
    for (TextStanding each : List.of(standing, judged(300, -0.1, 0.2), TextStanding.NONE)) {
      RevisionProvenance provenance =
          new RevisionProvenance(7, "abc", "resolved", "0.1.0", 12, 5, List.of(), true, each, null);
      assertThat(TextStanding.ofProvenance(provenance.toJson())).isEqualTo(each);
      assertThat(RevisionProvenance.alarmsOf(provenance.toJson(), "resolved")).isEmpty();
    }
    assertThat(TextStanding.ofProvenance("{\"log_position\":3,\"alarms\":[{\"segment\":\"x\"}]}"))
        .isEqualTo(TextStanding.NONE);
    assertThatIllegalArgumentException().isThrownBy(() -> TextStanding.ofProvenance("{\"text\":"));
  }

  @Test
  void withPrior_anotherComparison_beginsAnewAndWhatIsRetiredStaysOut() {
    TextStanding standing = judged(300, 0.1, 0.2).withPrior("text-of-scores");
    assertThat(standing.inUse()).isEqualTo("text-of-scores");
    assertThat(standing.rung()).isEqualTo("scores");
    assertThat(standing.judged()).isZero();
    assertThat(standing.stretch()).isEqualTo(2);
    assertThat(standing.withPrior("text-of-scores")).isSameAs(standing);
    assertThat(standing.withPrior(null).inUse()).isNull();

    TextStanding adopted = standing.switched(true, AT);
    assertThat(adopted.inUse()).isEqualTo("text-00000000000000aa");
    assertThat(adopted.withPrior("text-of-scores")).isEqualTo(adopted);
    assertThat(adopted.withPrior("other").switched(false, AT).withPrior("other").inUse())
        .as("came while one from the log decided")
        .isNull();
    for (TextStanding each : List.of(standing, adopted)) {
      RevisionProvenance provenance =
          new RevisionProvenance(7, "abc", "resolved", "0.1.0", 1, 1, List.of(), true, each, null);
      assertThat(TextStanding.ofProvenance(provenance.toJson())).isEqualTo(each);
    }
  }

  @Test
  void bounds_beforeTheBurnIn_areInfinite() {
    assertThat(judged(TextStanding.BURN_IN - 1, 0.5, 0.01).bounds().lower())
        .isEqualTo(Double.NEGATIVE_INFINITY);
    assertThat(judged(TextStanding.BURN_IN, 0.5, 0.01).bounds().lower()).isGreaterThan(0.4);
  }

  @Test
  void needed_asManyMoreAtTheSameMeanAndVariance_decides() {
    TextStanding standing = judged(300, 0.02, 0.3);
    long more = standing.needed();
    assertThat(more).isPositive();
    assertThat(judged(300 + more, 0.02, 0.3).bounds().lower()).isPositive();
    assertThat(judged(300 + more - 1, 0.02, 0.3).bounds().lower()).isNegative();
    assertThat(judged(300, 0, 0.3).needed()).isNull();
    assertThat(judged(10, 0.5, 0.1).needed()).isEqualTo(TextStanding.BURN_IN - 10);
    assertThat(TextStanding.NONE.needed()).isNull();
  }

  @Test
  void needed_outcomesOfFewDecisions_countsOutcomes() {
    TextStanding one =
        TextStanding.NONE.judgedTo(AT, 1_000, 100, 1_000 * 0.2, 1_000 * (0.04 + 0.01));
    assertThat(one.bounds().lower()).isEqualTo(Double.NEGATIVE_INFINITY);
    assertThat(one.needed()).isEqualTo(TextStanding.BURN_IN - 100);
  }

  @Test
  void ofProvenance_withoutOutcomes_allJudgedHadThem() {
    assertThat(TextStanding.ofProvenance("{\"text\":{\"judged\":420}}").outcomes()).isEqualTo(420);
  }

  @Test
  void alpha_overAllStretches_isNotMoreThanTheFunctions() {
    double spent = 0;
    TextStanding standing = judged(300, 0.1, 0.1);
    for (int stretch = 1; stretch <= 1000; stretch++) {
      spent += standing.alpha();
      standing = standing.switched(!standing.used(), AT.plusSeconds(stretch));
    }
    assertThat(spent).isBetween(0.049, 0.05);
  }

  @Test
  void bounds_looksAfterEveryDecisionWithoutADifference_seldomExcludeZero() {
    int excluded = 0;
    for (int run = 0; run < 200; run++) {
      SplittableRandom random = new SplittableRandom(run);
      TextStanding standing = judged(0, 0, 0);
      for (int n = 0; n < 2_000; n++) {
        // Now and then a large weight, as a seldom chosen arm gives it.
        double difference = (random.nextBoolean() ? 1 : -1) * (random.nextInt(50) == 0 ? 2.0 : 0.1);
        standing = standing.judgedTo(AT, 1, 1, difference, difference * difference);
        if (standing.bounds().lower() > 0 || standing.bounds().upper() < 0) {
          excluded++;
          break;
        }
      }
    }
    assertThat(excluded).isLessThanOrEqualTo(10);
  }
}
