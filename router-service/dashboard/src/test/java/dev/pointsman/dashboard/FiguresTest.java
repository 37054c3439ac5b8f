package dev.pointsman.dashboard;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pointsman.report.Estimate;
import dev.pointsman.report.FunctionReport.Range;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;

final class FiguresTest {

  @Test
  void unknown_isADashNeverAZero() {
    assertThat(Figures.percent(null)).isEqualTo("–");
    assertThat(Figures.percent(Double.NaN)).isEqualTo("–");
    assertThat(Figures.share(null)).isEqualTo("–");
    assertThat(Figures.share(Double.NaN)).isEqualTo("–");
    assertThat(Figures.dollars(null)).isEqualTo("–");
    assertThat(Figures.nanos(null)).isEqualTo("–");
    assertThat(Figures.nanos(-1L)).isEqualTo("–");
    assertThat(Figures.millis(null)).isEqualTo("–");
    assertThat(Figures.mean(Estimate.NONE)).isEqualTo("–");
    assertThat(Figures.estimate(Estimate.NONE)).isEqualTo("–");
    assertThat(Figures.band(Estimate.NONE)).isEqualTo("no matured feedback yet");
  }

  @Test
  void zero_isAZero() {
    assertThat(Figures.percent(0.0)).isEqualTo("0.0 %");
    assertThat(Figures.dollars(0.0)).isEqualTo("$0.0000");
    assertThat(Figures.nanos(0L)).isEqualTo("$0.000000");
  }

  @Test
  void amounts_keepTheDigitsTheyNeed() {
    assertThat(Figures.dollars(1234.5)).isEqualTo("$1,234.50");
    assertThat(Figures.dollars(-0.0123)).isEqualTo("−$0.0123");
    assertThat(Figures.count(1_234_567)).isEqualTo("1,234,567");
    assertThat(Figures.millis(12_345.0)).isEqualTo("12.3 s");
    assertThat(Figures.estimate(new Estimate(0.838, 0.82, 0.856, 9_000)))
        .isEqualTo("0.838 ± 0.018, n = 9,000");
  }

  @Test
  void span_isInWords() {
    Instant to = Instant.parse("2026-11-20T12:00:00Z");
    assertThat(Figures.span(new Range(to.minus(Duration.ofMinutes(5)), to)))
        .isEqualTo("last 5 min");
    assertThat(Figures.span(new Range(to.minus(Duration.ofDays(7)), to))).isEqualTo("last 7 days");
  }

  @Test
  void segment_isOneSegmentOfAPath() {
    assertThat(Figures.segment("a b/c?d")).isEqualTo("a%20b%2Fc%3Fd");
  }
}
