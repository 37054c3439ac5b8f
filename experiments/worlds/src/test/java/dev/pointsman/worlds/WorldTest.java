package dev.pointsman.worlds;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

final class WorldTest {
  private final World demo = DemoWorld.world();

  @Test
  void demo_beforeDrift_utilitiesAreThoseOfTheStory() {
    Duration early = Duration.ofSeconds(10);
    assertThat(demo.utility("swift", RequestKind.CHAT, early)).isCloseTo(.89, within(1e-12));
    assertThat(demo.utility("scholar", RequestKind.CHAT, early)).isCloseTo(.65, within(1e-12));
    assertThat(demo.utility("grand", RequestKind.CHAT, early)).isCloseTo(.62, within(1e-12));
    assertThat(demo.utility("swift", RequestKind.CODE, early)).isCloseTo(.44, within(1e-12));
    assertThat(demo.utility("scholar", RequestKind.CODE, early)).isCloseTo(.80, within(1e-12));
    assertThat(demo.utility("grand", RequestKind.CODE, early)).isCloseTo(.60, within(1e-12));
    assertThat(demo.best(RequestKind.CHAT, early).name()).isEqualTo("swift");
    assertThat(demo.best(RequestKind.CODE, early).name()).isEqualTo("scholar");
  }

  @Test
  void demo_fromDriftOn_grandIsBestAtCode() {
    assertThat(demo.quality("scholar", RequestKind.CODE, DemoWorld.DRIFT.minusNanos(1)))
        .isEqualTo(.85);
    assertThat(demo.quality("scholar", RequestKind.CODE, DemoWorld.DRIFT)).isEqualTo(.40);
    assertThat(demo.best(RequestKind.CODE, DemoWorld.DRIFT).name()).isEqualTo("grand");
    assertThat(demo.best(RequestKind.CHAT, DemoWorld.DRIFT).name()).isEqualTo("swift");
  }

  @Test
  void demo_prices_areExact() {
    assertThat(demo.model("swift").usage().priceNanos()).isEqualTo(400_000);
    assertThat(demo.model("scholar").usage().priceNanos()).isEqualTo(2_000_000);
    assertThat(demo.model("grand").usage().priceNanos()).isEqualTo(12_000_000);
  }

  @Test
  void demo_configuration_namesEveryModelWithItsPrices() {
    String toml = DemoWorld.configuration();
    for (World.ModelTruth model : demo.models()) {
      assertThat(toml)
          .contains("[models.%s.providers.simulated]".formatted(model.name()))
          .contains("cost_per_million = %.1f }".formatted(model.usage().inputNanos() / 1000.0))
          .contains("cost_per_million = %.1f }".formatted(model.usage().outputNanos() / 1000.0));
    }
    assertThat(toml)
        .contains("[functions." + DemoWorld.FUNCTION + "]")
        .contains("[metrics." + DemoWorld.METRIC + "]");
  }

  @Test
  void model_unknownName_saysWhichThereAre() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> demo.model("brilliant"))
        .withMessageContaining("brilliant")
        .withMessageContaining("[grand, scholar, swift]");
  }

  @Test
  void world_modelWithoutQualityForAKind_isRefused() {
    World.ModelTruth half =
        new World.ModelTruth(
            "half",
            Map.of(RequestKind.CHAT, .5),
            demo.model("swift").usage(),
            demo.model("swift").latency());
    assertThatIllegalArgumentException()
        .isThrownBy(
            () -> new World("w", 1, demo.kinds(), List.of(half), List.of(), demo.feedback(), 0))
        .withMessageContaining("half");
  }
}
