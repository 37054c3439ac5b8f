package dev.pointsman.catalog;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.util.Map;

/** Whatever stands in a file, reading it gives diagnostics and never an exception. */
final class TomlFuzzer {

  private static final Map<String, String> FILES =
      Map.of("s.json", "{\"type\":\"object\"}", "u.j2", "Hi {{ name }}");

  @FuzzTest(maxDuration = "20s")
  void read_anyText_givesOnlyDiagnostics(byte[] input) {
    CatalogReading reading =
        Readings.read(new String(input, java.nio.charset.StandardCharsets.UTF_8), FILES);

    assertThat(reading.diagnostics())
        .allSatisfy(diagnostic -> assertThat(diagnostic.message()).isNotBlank());
    if (reading instanceof CatalogReading.Rejected) {
      assertThat(reading.diagnostics())
          .anyMatch(diagnostic -> diagnostic.severity() == Diagnostic.Severity.ERROR);
    }
  }
}
