package dev.pointsman.catalog;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** The reference names every key the reader knows, under the table it belongs to. */
final class ConfigurationDocumentTest {

  private static final Path DOCUMENT = Path.of("../../docs/configuration.md");

  @Test
  void document_everyKey_isDescribedInItsTable() throws IOException {
    String document = Files.readString(DOCUMENT);
    ConfigurationKeys.TABLES.forEach(
        (kind, keys) -> {
          String heading = kind.isEmpty() ? "the file" : kind;
          int start = document.indexOf("<!-- keys: " + heading + " -->");
          assertThat(start).as("the marker of table '%s'", heading).isNotNegative();
          int end = document.indexOf("<!-- keys: ", start + 1);
          String part = document.substring(start, end < 0 ? document.length() : end);
          List<String> missing =
              keys.keySet().stream()
                  .filter(
                      key -> !Pattern.compile("`" + Pattern.quote(key) + "`").matcher(part).find())
                  .toList();
          assertThat(missing).as("keys of table '%s' that are not described", heading).isEmpty();
        });
  }

  @Test
  void document_refusedAndWarnedKeys_areMarkedSo() throws IOException {
    List<String> lines = Files.readAllLines(DOCUMENT);
    ConfigurationKeys.TABLES
        .values()
        .forEach(
            keys ->
                keys.values().stream()
                    .filter(key -> !key.advice().isEmpty())
                    .forEach(
                        key ->
                            assertThat(lines)
                                .as(key.name())
                                .anyMatch(
                                    line ->
                                        line.contains("`" + key.name() + "`")
                                            && line.contains(
                                                key.support() == ConfigurationKeys.Support.REFUSED
                                                    ? "error"
                                                    : "warning"))));
  }
}
