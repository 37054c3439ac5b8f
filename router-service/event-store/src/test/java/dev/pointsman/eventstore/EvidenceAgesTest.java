package dev.pointsman.eventstore;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

final class EvidenceAgesTest {

  private static final Instant NOON = Instant.parse("2026-03-31T12:34:56Z");
  private static final Instant POINT = Instant.parse("2026-03-30T07:15:20Z");

  @Test
  void startOf_byAge_isThatOfTenSecondsMinuteHourAndDay() {
    EvidenceAges ages = EvidenceAges.at(NOON, List.of());
    assertThat(ages.startOf(time("2026-03-31T11:00:10Z"))).isEqualTo("2026-03-31T11:00:10Z");
    assertThat(ages.startOf(time("2026-03-31T10:59:50Z"))).isEqualTo("2026-03-31T10:59:00Z");
    assertThat(ages.startOf(time("2026-03-30T12:01:10Z"))).isEqualTo("2026-03-30T12:01:00Z");
    assertThat(ages.startOf(time("2026-03-30T11:59:00Z"))).isEqualTo("2026-03-30T11:00:00Z");
    assertThat(ages.startOf(time("2026-02-27T00:01:00Z"))).isEqualTo("2026-02-27T00:00:00Z");
    assertThat(ages.startOf(time("2026-02-26T23:59:00Z"))).isEqualTo("2026-02-26T00:00:00Z");
  }

  @Test
  void startOf_hourOverAChangePoint_staysInParts() {
    EvidenceAges ages = EvidenceAges.at(NOON, List.of(POINT));
    assertThat(ages.startOf(time("2026-03-30T07:10:00Z"))).isEqualTo("2026-03-30T07:10:00Z");
    assertThat(ages.startOf(time("2026-03-30T08:10:00Z"))).isEqualTo("2026-03-30T08:00:00Z");
    EvidenceAges later = EvidenceAges.at(time("2026-06-01T00:00:00Z"), List.of(POINT));
    assertThat(later.startOf(time("2026-03-30T07:10:00Z"))).isEqualTo("2026-03-30T07:10:00Z");
    assertThat(later.startOf(time("2026-03-30T09:10:00Z"))).isEqualTo("2026-03-30T09:00:00Z");
    assertThat(later.startOf(time("2026-03-29T09:10:00Z"))).isEqualTo("2026-03-29T00:00:00Z");
  }

  @Test
  void startOf_changePointAtAnHour_partsItsDayOnly() {
    EvidenceAges ages =
        EvidenceAges.at(time("2026-06-01T00:00:00Z"), List.of(time("2026-03-30T07:00:00Z")));
    assertThat(ages.startOf(time("2026-03-30T06:59:00Z"))).isEqualTo("2026-03-30T06:00:00Z");
    assertThat(ages.startOf(time("2026-03-30T07:10:00Z"))).isEqualTo("2026-03-30T07:00:00Z");
  }

  @Test
  void changedSince_withinTheHour_isNever() {
    assertThat(
            EvidenceAges.at(NOON, List.of(POINT))
                .changedSince(EvidenceAges.at(NOON.minusSeconds(2_000), List.of(POINT))))
        .isNull();
  }

  @Test
  void changedSince_anHourLater_isTheHourThatBecameLonger() {
    EvidenceAges before = EvidenceAges.at(NOON, List.of());
    assertThat(EvidenceAges.at(NOON.plusSeconds(3_600), List.of()).changedSince(before))
        .isEqualTo("2026-03-30T12:00:00Z");
    assertThat(EvidenceAges.at(NOON.plusSeconds(86_400), List.of()).changedSince(before))
        .isEqualTo("2026-02-27T00:00:00Z");
  }

  @Test
  void changedSince_anotherChangePoint_isItsHourOrDay() {
    EvidenceAges before = EvidenceAges.at(NOON, List.of());
    assertThat(EvidenceAges.at(NOON, List.of(POINT)).changedSince(before))
        .isEqualTo("2026-03-30T00:00:00Z");
    assertThat(before.changedSince(EvidenceAges.at(NOON, List.of(POINT))))
        .isEqualTo("2026-03-30T00:00:00Z");
  }

  private static Instant time(String text) {
    return Instant.parse(text);
  }
}
