package dev.pointsman.dashboard;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pointsman.report.FunctionReport.Range;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class RangesTest {

  private static final Instant NOW = Instant.parse("2026-11-20T12:00:00Z");

  @Test
  void ending_length_endsThen() {
    assertThat(Ranges.ending("5m", NOW))
        .isEqualTo(new Range(NOW.minus(Duration.ofMinutes(5)), NOW));
    assertThat(Ranges.ending("24h", NOW)).isEqualTo(new Range(NOW.minus(Duration.ofDays(1)), NOW));
    assertThat(Ranges.ending("7d", NOW)).isEqualTo(new Range(NOW.minus(Duration.ofDays(7)), NOW));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "5", "m", "0m", "-5m", "5x", "999999d", "5m;drop", "<script>"})
  void ending_noLength_isNull(String text) {
    assertThat(Ranges.ending(text, NOW)).isNull();
  }
}
