package dev.pointsman.report;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class FigureSourcesTest {

  @ParameterizedTest
  @CsvSource({
    "PT5M, true, PT10S",
    "PT1H, true, PT1M",
    "PT5M, false, PT1M",
    "PT24H, false, PT24M",
    "PT25H, false, PT1H",
    "P14D, false, PT6H",
    "P30D, false, P1D",
    "P61D, false, P2D"
  })
  void widthOf_length_hasAtMost60BucketsOfWholeGrains(
      Duration length, boolean young, Duration width) {
    Instant from = Instant.parse("2026-11-20T12:00:00Z");
    assertThat(FigureSources.widthOf(new FunctionReport.Range(from, from.plus(length)), young))
        .isEqualTo(width);
  }
}
