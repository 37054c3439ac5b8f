package dev.pointsman.catalog;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class DiagnosticTest {

  @Test
  void toString_namesThePlaceAsCompilersDo() {
    assertThat(new Diagnostic("a.toml", 6, 32, Diagnostic.Severity.ERROR, "no"))
        .hasToString("a.toml:6:32: error: no");
    assertThat(new Diagnostic("a.toml", 0, 0, Diagnostic.Severity.WARNING, "hm"))
        .hasToString("a.toml: warning: hm");
  }

  @Test
  void toJson_hasEveryField() {
    assertThat(new Diagnostic("a.toml", 6, 32, Diagnostic.Severity.ERROR, "no").toJson())
        .hasToString(
            "{\"file\":\"a.toml\",\"line\":6,\"column\":32,\"severity\":\"error\",\"message\":\"no\"}");
  }

  @ParameterizedTest
  @CsvSource({"smal,small", "lagre,large", "SMALL,small", "zebra,", "s,"})
  void nearestName_isTheOneMeant(String written, String meant) {
    assertThat(NearestName.of(written, List.of("small", "medium", "large"))).isEqualTo(meant);
  }

  @ParameterizedTest
  @CsvSource({"abc,abc,0", "abc,acb,1", "abc,ab,1", "abc,xyz,3", "'',ab,2", "ca,abc,3"})
  void distance_isOptimalStringAlignment(String a, String b, int distance) {
    assertThat(NearestName.distance(a, b)).isEqualTo(distance);
  }

  @ParameterizedTest
  @CsvSource({"500ms,500", "5s,5000", "1.5m,90000", "24h,86400000", "7d,604800000"})
  void durations_areRead(String text, long millis) {
    assertThat(DurationText.parse(text).toMillis()).isEqualTo(millis);
  }

  @ParameterizedTest
  @CsvSource({
    "10B,10",
    "2kB,2000",
    "3 MB,3000000",
    "20GB,20000000000",
    "1TB,1000000000000",
    "1KiB,1024",
    "2GiB,2147483648"
  })
  void sizes_areRead(String text, long bytes) {
    assertThat(SizeText.parse(text)).isEqualTo(bytes);
  }
}
