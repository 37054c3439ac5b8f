package dev.pointsman.catalog;

import java.util.List;
import java.util.Map;
import org.assertj.core.api.Assertions;

/** Reads configurations in tests, with two small kinds of providers. */
final class Readings {

  /** What the kind {@code dummy} makes of its table. */
  record DummySettings(String modelName) {}

  /** What the kind {@code remote} makes of its table. */
  record RemoteSettings(String modelName, String apiBase, CredentialLocation key) {}

  static final List<ProviderKind> KINDS =
      List.of(
          new ProviderKind(
              "dummy",
              (table, reading) -> new DummySettings(reading.requiredText("model_name")),
              true),
          new ProviderKind(
              "remote",
              (table, reading) -> {
                CredentialLocation key = reading.location("api_key_location");
                String base = reading.text("api_base");
                reading.choice("api_type", List.of("chat_completions", "responses"));
                return new RemoteSettings(
                    reading.requiredText("model_name"),
                    base == null ? "https://example.org/v1" : base,
                    key == null ? new CredentialLocation.None() : key);
              }));

  private Readings() {}

  static CatalogReading read(String toml) {
    return read(toml, Map.of());
  }

  static CatalogReading read(String toml, Map<String, String> files) {
    return new CatalogReader(KINDS, Map.of("REMOTE_KEY", "sk-secret"))
        .readText("pointsman.toml", toml, files);
  }

  static FunctionCatalog loaded(String toml) {
    return loaded(toml, Map.of());
  }

  static FunctionCatalog loaded(String toml, Map<String, String> files) {
    return loaded(read(toml, files)).catalog();
  }

  static CatalogReading.Loaded loaded(CatalogReading reading) {
    Assertions.assertThat(reading)
        .as(() -> String.join("\n", reading.diagnostics().stream().map(Object::toString).toList()))
        .isInstanceOf(CatalogReading.Loaded.class);
    return (CatalogReading.Loaded) reading;
  }

  static List<String> diagnostics(String toml, Map<String, String> files) {
    return read(toml, files).diagnostics().stream().map(Diagnostic::toString).toList();
  }

  static List<String> diagnostics(String toml) {
    return diagnostics(toml, Map.of());
  }
}
