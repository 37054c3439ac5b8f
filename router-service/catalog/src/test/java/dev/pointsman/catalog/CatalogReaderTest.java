package dev.pointsman.catalog;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pointsman.routing.LaneShares;
import dev.pointsman.routing.LearnedSettings;
import dev.pointsman.routing.TokenPrice;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class CatalogReaderTest {

  private static final String LEARNED =
      """
      [models.small]
      routing = ["main"]
      [models.small.providers.main]
      type = "dummy"
      model_name = "good"
      cost = [
        { pointer = "/usage/prompt_tokens", cost_per_million = 0.15 },
        { pointer = "/usage/completion_tokens", cost_per_million = 0.6 },
      ]

      [models.large]
      routing = ["main"]
      [models.large.providers.main]
      type = "dummy"
      model_name = "alternate"
      cost = [
        { pointer = "/usage/prompt_tokens", cost_per_million = 2.5 },
        { pointer = "/usage/completion_tokens", cost_per_million = 10 },
      ]

      [metrics.resolved]
      type = "boolean"
      level = "inference"
      optimize = "max"

      [functions.support_reply]
      type = "chat"

      [functions.support_reply.variants.small]
      type = "chat_completion"
      model = "small"

      [functions.support_reply.variants.large]
      type = "chat_completion"
      model = "large"

      [functions.support_reply.experimentation]
      type = "learned"
      metric = "resolved"
      """;

  @Test
  void read_learnedFunctionWithoutKeys_hasTheDefaults() {
    FunctionDefinition function = Readings.loaded(LEARNED).functions().get("support_reply");

    assertThat(function.experimentation())
        .isEqualTo(
            new Experimentation.Learned(
                "resolved",
                new LearnedSettings(
                    "squarecb",
                    List.of("large", "small"),
                    "large",
                    LearnedSettings.Weights.NONE,
                    LearnedSettings.Exploration.DEFAULT,
                    Duration.ofDays(14),
                    LearnedSettings.Options.DEFAULT,
                    LearnedSettings.Limits.NONE),
                "auto",
                new LaneShares(0.01, 0.05, 0),
                List.of(),
                Duration.ofSeconds(5),
                Experimentation.Stickiness.DEFAULT,
                Experimentation.Attribution.within(Duration.ofHours(24)),
                null,
                Experimentation.Rules.NONE,
                null));
    assertThat(function.logText()).isTrue();
    assertThat(function.segmentBy()).isEmpty();
  }

  @Test
  void read_costOfTokens_givesTheTokenPrice() {
    assertThat(Readings.loaded(LEARNED).models().get("small").providers().get("main").tokenPrice())
        .isEqualTo(new TokenPrice(150, 600));
  }

  @Test
  void read_noFiles_givesTheDefaults() {
    CatalogReading.Loaded loaded =
        Readings.loaded(new CatalogReader(Readings.KINDS, Map.of()).read(List.of()));

    assertThat(loaded.warnings()).isEmpty();
    assertThat(loaded.catalog().gateway()).isEqualTo(GatewaySettings.DEFAULT);
    assertThat(loaded.catalog().store()).isEqualTo(StoreSettings.DEFAULT);
    assertThat(loaded.catalog().functions()).isEmpty();
  }

  @Test
  void read_globOverTwoFiles_mergesTheirTables(@TempDir Path directory) throws IOException {
    int split = LEARNED.indexOf("[metrics.resolved]");
    Files.writeString(directory.resolve("models.toml"), LEARNED.substring(0, split));
    Files.writeString(directory.resolve("functions.toml"), LEARNED.substring(split));

    CatalogReading.Loaded loaded =
        Readings.loaded(
            new CatalogReader(Readings.KINDS, Map.of()).read(List.of(directory + "/*.toml")));

    assertThat(loaded.catalog().functions()).containsOnlyKeys("support_reply");
    assertThat(loaded.catalog().models()).containsOnlyKeys("large", "small");
  }

  @Test
  void read_sameKeyInTwoFiles_namesBothPlaces(@TempDir Path directory) throws IOException {
    Files.writeString(directory.resolve("a.toml"), "[gateway]\nbase_path = \"/a\"\n");
    Files.writeString(directory.resolve("b.toml"), "\n[gateway]\nbase_path = \"/b\"\n");

    CatalogReading reading =
        new CatalogReader(Readings.KINDS, Map.of()).read(List.of(directory + "/*.toml"));

    assertThat(reading.diagnostics())
        .extracting(Diagnostic::toString)
        .containsExactly(
            "%1$s/b.toml:3:1: error: gateway.base_path is already set at %1$s/a.toml:2:1: keep one of the two"
                .formatted(directory));
  }
}
