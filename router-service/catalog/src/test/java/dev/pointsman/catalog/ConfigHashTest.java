package dev.pointsman.catalog;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class ConfigHashTest {

  private static final String TOOL =
      """
      [tools.t]
      description = "d"
      parameters = "t.json"
      """;

  @Test
  void of_sameContentInAnotherDirectory_isEqual(@TempDir Path one, @TempDir Path other)
      throws IOException {
    for (Path directory : List.of(one, other)) {
      Files.writeString(directory.resolve("a.toml"), TOOL);
      Files.writeString(directory.resolve("t.json"), "{}");
    }

    assertThat(hash(one)).matches("[0-9a-f]{16}").isEqualTo(hash(other));
  }

  private static String hash(Path directory) {
    return Readings.loaded(
            new CatalogReader(Readings.KINDS, Map.of()).read(List.of(directory + "/a.toml")))
        .catalog()
        .configHash();
  }

  @Test
  void of_changedSchema_differs() {
    assertThat(Readings.loaded(TOOL, Map.of("t.json", "{}")).configHash())
        .isNotEqualTo(
            Readings.loaded(TOOL, Map.of("t.json", "{\"type\":\"object\"}")).configHash());
  }

  @Test
  void text_passwordInDatabaseAddress_isMaskedAndDoesNotCount() {
    FunctionCatalog one =
        Readings.loaded(
            "store.control = \"jdbc:postgresql://db/p?user=u&password=hunter2&ssl=true\"\n");
    FunctionCatalog other =
        Readings.loaded(
            "store.control = \"jdbc:postgresql://db/p?user=u&password=swordfish&ssl=true\"\n");
    FunctionCatalog inAuthority =
        Readings.loaded("store.control = \"jdbc:postgresql://u:hunter2@db/p\"\n");

    assertThat(one.text()).doesNotContain("hunter2").contains("user=u").contains("ssl=true");
    assertThat(one.configHash()).isEqualTo(other.configHash());
    assertThat(inAuthority.text()).doesNotContain("hunter2").contains("@db/p");
    assertThat(one.store().control()).contains("hunter2");
  }

  @Test
  void text_holdsTheFilesUnderTheirNames() {
    assertThat(Readings.loaded(TOOL, Map.of("t.json", "{}")).text())
        .isEqualTo("### pointsman.toml\n" + TOOL + "### t.json\n{}\n");
  }
}
