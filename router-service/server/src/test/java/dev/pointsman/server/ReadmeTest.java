package dev.pointsman.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pointsman.catalog.CatalogReading;
import dev.pointsman.catalog.Diagnostic;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** What the README shows works. */
final class ReadmeTest {

  private static final Path HOME = Path.of("..", "..");

  @Test
  void configuration_asShown_isValid() throws Exception {
    Matcher block =
        Pattern.compile("```toml\\n(.*?)```", Pattern.DOTALL)
            .matcher(Files.readString(HOME.resolve("README.md")));
    assertThat(block.find()).as("the README shows a configuration").isTrue();

    CatalogReading reading = Configuration.reader().readText("README.toml", block.group(1));

    assertThat(reading.diagnostics())
        .filteredOn(diagnostic -> diagnostic.severity() == Diagnostic.Severity.ERROR)
        .isEmpty();
    assertThat(reading).isInstanceOf(CatalogReading.Loaded.class);
  }

  @Test
  void links_leadSomewhere() throws Exception {
    for (String page : new String[] {"README.md", "CONTRIBUTING.md"}) {
      Matcher link =
          Pattern.compile("\\]\\(([^)#:]+)\\)").matcher(Files.readString(HOME.resolve(page)));
      while (link.find()) {
        assertThat(HOME.resolve(link.group(1))).as(page).exists();
      }
    }
  }
}
