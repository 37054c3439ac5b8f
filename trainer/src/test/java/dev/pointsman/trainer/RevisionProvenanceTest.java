package dev.pointsman.trainer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

final class RevisionProvenanceTest {

  private static final Instant START = Instant.parse("2026-03-01T00:00:00Z");

  @Test
  void alarmsOf_written_areTheSameToTheLastBit() {
    List<ChangeAlarm> alarms =
        List.of(
            new ChangeAlarm(
                "topic=\"a\"",
                "large",
                START,
                START.plusSeconds(5),
                1.0 / 3,
                0.1,
                2.0 / 7,
                9,
                5,
                17),
            new ChangeAlarm("", "små", START, START.plusNanos(1000), 1, 1, 0, 100, 5, 0));
    RevisionProvenance provenance =
        new RevisionProvenance(
            42, "abc", "resolved", "0.1.0", 10, 9, alarms, false, TextStanding.NONE, null);

    assertThat(RevisionProvenance.alarmsOf(provenance.toJson(), "resolved")).isEqualTo(alarms);
    assertThat(provenance.toJson()).contains("\"log_position\":42", "\"settings_hash\":\"abc\"");
  }

  @Test
  void alarmsOf_otherMetric_areNone() {
    RevisionProvenance provenance =
        new RevisionProvenance(
            1,
            "abc",
            "resolved",
            "0.1.0",
            10,
            9,
            List.of(new ChangeAlarm("a", "large", START, START, 1, 1, 0, 9, 5, 0)),
            false,
            TextStanding.NONE,
            null);
    assertThat(RevisionProvenance.alarmsOf(provenance.toJson(), "rating")).isEmpty();
  }

  @Test
  void toJson_coldStart_saysWhatATierOfComplexityIsTakenToCost() {
    List<ChangeAlarm> alarms =
        List.of(new ChangeAlarm("a", "large", START, START, 1, 1, 0, 9, 5, 0));
    String cold =
        new RevisionProvenance(1, "abc", "ok", "0.1.0", 0, 0, alarms, true, TextStanding.NONE, null)
            .toJson();
    assertThat(cold)
        .contains(
            "\"cold_start\":{\"pseudo_rewards\":4.0,\"until_rewards\":100.0,"
                + "\"quality_per_halving_of_price\":{\"simple\":0.01,\"medium\":0.025,"
                + "\"complex\":0.035}}");
    assertThat(RevisionProvenance.alarmsOf(cold, "ok")).isEqualTo(alarms);
    assertThat(TextStanding.ofProvenance(cold)).isEqualTo(TextStanding.NONE);
    assertThat(
            new RevisionProvenance(
                    1, "abc", "ok", "0.1.0", 0, 0, alarms, false, TextStanding.NONE, null)
                .toJson())
        .doesNotContain("cold_start");
  }

  @Test
  void alarmsOf_notJson_isRejected() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> RevisionProvenance.alarmsOf("{\"alarms\":[{]", "resolved"))
        .withMessageContaining("the stored provenance of a revision is not readable");
  }

  @Test
  void priorRewardsOf_written_isWhatCounted() {
    RevisionProvenance provenance =
        new RevisionProvenance(
            1,
            "abc",
            "resolved",
            "0.1.0",
            10,
            9,
            List.of(),
            false,
            TextStanding.NONE,
            new RevisionProvenance.Prior(START, 1.0 / 3, "{\"file\":\"scores.csv\"}"));

    assertThat(RevisionProvenance.priorRewardsOf(provenance.toJson())).isEqualTo(1.0 / 3);
    assertThat(provenance.toJson())
        .contains("\"taken_in_at\":\"2026-03-01T00:00:00Z\"", "\"file\":\"scores.csv\"");
    assertThat(RevisionProvenance.priorRewardsOf("{\"log_position\":5}")).isZero();
  }
}
