package dev.pointsman.dashboard;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pointsman.report.Estimate;
import dev.pointsman.report.FunctionReport;
import dev.pointsman.report.ShareSeries;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

final class ReportJsonTest {

  private static final Instant AT = Instant.parse("2026-11-20T12:00:00Z");

  private static String json(Object value) {
    return new String(ReportJson.bytes(value), StandardCharsets.UTF_8);
  }

  @Test
  void bytes_unknownFigures_areNull() {
    assertThat(json(Estimate.NONE)).contains("\"mean\":null", "\"low\":null", "\"n\":0");
    assertThat(json(Map.of("a", Double.POSITIVE_INFINITY))).isEqualTo("{\"a\":null}");
    assertThat(json(new double[] {0.5, Double.NaN})).isEqualTo("[0.5,null]");
  }

  @Test
  void bytes_names_areSnakeCaseAndTimesIso() {
    String json =
        json(
            new ShareSeries(
                List.of(AT),
                Duration.ofSeconds(10),
                List.of("a"),
                new double[][] {{Double.NaN}},
                new double[][] {{0.1 + 0.2}},
                new long[] {3},
                true));

    assertThat(json)
        .contains(
            "\"starts\":[\"2026-11-20T12:00:00Z\"]",
            "\"bucket\":\"PT10S\"",
            "\"served\":[[null]]",
            "\"intended\":[[0.30000000000000004]]",
            "\"last_open\":true");
    assertThat(json(new FunctionReport.Range(AT, AT))).startsWith("{\"from\":\"2026-");
  }
}
