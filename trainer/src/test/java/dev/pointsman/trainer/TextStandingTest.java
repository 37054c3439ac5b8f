package dev.pointsman.trainer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

final class TextStandingTest {

  private static final Instant AT = Instant.parse("2026-11-20T00:00:00.000123Z");

  private static TextStanding judged(long n, double mean, double deviation) {
    return TextStanding.NONE
        .fitted("text-00000000000000aa", 640, AT)
        .judgedTo(AT.plusSeconds(60), TextJudgementTest.judged(n, mean, deviation));
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
    assertThat(standing.judgement().judged()).isZero();
    assertThat(standing.judgement().stretch()).isEqualTo(2);
    assertThat(standing.withPrior("text-of-scores")).isEqualTo(standing);
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

  /** As it was written while a standing was one flat record. */
  @Test
  void ofProvenance_ofAnEarlierVersion_isReadAsItWas() {
    String stored =
        """
        {"log_position":7,"alarms":[],"text":{"rung":"scores","prior_model":"text-b","prior_retired":"text-a",\
        "model":"text-d","feedbacks_then":640,"fitted_at":"2026-11-20T00:00:00.000123Z","stretch":3,"judged":420,\
        "outcomes":300,"sum":140.0,"squares":252.5,"judged_until":"2026-11-20T00:01:00Z",\
        "switched_at":"2026-11-19T00:00:00Z","earlier":[{"earlier_model":"text-c","earlier_fitted_at":"2026-11-19T12:00:00Z"}],\
        "delta_utility":0.3333333333333333,"lower":0.1,"upper":0.5,"alpha":0.004,"needed":0}}\
        """;
    assertThat(TextStanding.ofProvenance(stored))
        .isEqualTo(
            new TextStanding(
                false,
                "text-d",
                640,
                AT,
                new TextJudgement(3, 420, 300, 140, 252.5),
                Instant.parse("2026-11-20T00:01:00Z"),
                Instant.parse("2026-11-19T00:00:00Z"),
                List.of(new TextStanding.Earlier("text-c", Instant.parse("2026-11-19T12:00:00Z"))),
                new TextStanding.FromScores("text-b", "text-a")));
  }

  @Test
  void ofProvenance_withoutOutcomes_allJudgedHadThem() {
    assertThat(TextStanding.ofProvenance("{\"text\":{\"judged\":420}}").judgement().outcomes())
        .isEqualTo(420);
  }
}
