package dev.pointsman.catalog;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Each case of {@code malformed.txt}: a configuration, and how each of its diagnostics begins, after
 * the name of the file. A case that gives fewer than there are fails.
 */
final class MalformedConfigurationTest {

  record Case(String name, String toml, List<String> says) {
    @Override
    public String toString() {
      return name;
    }
  }

  static Stream<Case> cases() throws IOException {
    try (InputStream in =
        Objects.requireNonNull(
            MalformedConfigurationTest.class.getResourceAsStream("malformed.txt"))) {
      String all = new String(in.readAllBytes(), StandardCharsets.UTF_8);
      return Arrays.stream(all.split("(?m)^=== "))
          .filter(part -> !part.isEmpty())
          .map(MalformedConfigurationTest::parse);
    }
  }

  private static Case parse(String part) {
    int name = part.indexOf('\n');
    int says = part.indexOf("\n--- says\n");
    return new Case(
        part.substring(0, name),
        part.substring(name + 1, says),
        part.substring(says + 10).lines().toList());
  }

  @ParameterizedTest
  @MethodSource("cases")
  void read_malformedConfiguration_saysWhereAndWhat(Case malformed) {
    CatalogReading reading = Readings.read(malformed.toml());
    List<String> found = reading.diagnostics().stream().map(Diagnostic::toString).toList();

    assertThat(reading).isInstanceOf(CatalogReading.Rejected.class);
    assertThat(found)
        .hasSameSizeAs(malformed.says())
        .allSatisfy(line -> assertThat(line).startsWith("pointsman.toml:"));
    assertThat(malformed.says())
        .allSatisfy(
            says -> assertThat(found).anyMatch(line -> line.startsWith("pointsman.toml:" + says)));
  }
}
