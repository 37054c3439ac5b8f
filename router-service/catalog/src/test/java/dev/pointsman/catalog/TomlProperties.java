package dev.pointsman.catalog;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.List;
import java.util.Random;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;

/** Damaged configurations: what was nearly right reaches deeper than noise. */
final class TomlProperties {

  private static final List<String> PIECES =
      List.of(
          "[",
          "]",
          "{",
          "}",
          "=",
          "\"",
          "\n",
          ".",
          ",",
          "inf",
          "nan",
          "-1",
          "9223372036854775807",
          "true",
          "[]",
          "{}",
          "\"\"",
          "''",
          "1979-05-27",
          "\\",
          "\u0000",
          "::",
          "tensorzero::",
          "1e308",
          "\"\"\"",
          "#",
          "type",
          "\"learned\"",
          "candidate_variants = []");

  private static List<MalformedConfigurationTest.Case> cases() {
    try {
      return MalformedConfigurationTest.cases().toList();
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  private static final List<MalformedConfigurationTest.Case> CASES = cases();

  @Example
  void read_damageThatTheParserAssertsAbout_givesOnlyDiagnostics() {
    read_damagedConfiguration_givesOnlyDiagnostics(7252955724767396986L, 5);
  }

  @Property(seed = "1", tries = 300)
  void read_damagedConfiguration_givesOnlyDiagnostics(
      @ForAll long seed, @ForAll @IntRange(min = 1, max = 6) int damages) {
    Random random = new Random(seed);
    StringBuilder toml = new StringBuilder(CASES.get(random.nextInt(CASES.size())).toml());
    for (int i = 0; i < damages; i++) {
      int from = random.nextInt(toml.length() + 1);
      int to = Math.min(toml.length(), from + random.nextInt(4));
      toml.replace(from, to, PIECES.get(random.nextInt(PIECES.size())));
    }

    CatalogReading reading = Readings.read(toml.toString());

    switch (reading) {
      case CatalogReading.Loaded loaded ->
          assertThat(loaded.warnings())
              .allMatch(warning -> warning.severity() == Diagnostic.Severity.WARNING);
      case CatalogReading.Rejected rejected ->
          assertThat(rejected.diagnostics())
              .anyMatch(diagnostic -> diagnostic.severity() == Diagnostic.Severity.ERROR);
    }
  }
}
