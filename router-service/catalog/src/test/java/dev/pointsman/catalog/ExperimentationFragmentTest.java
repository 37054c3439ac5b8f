package dev.pointsman.catalog;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pointsman.routing.TokenPrice;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;

final class ExperimentationFragmentTest {

  private final FunctionCatalog catalog = catalog();

  @Test
  void read_whatCouldStandInTheConfiguration_isReadByItsRules() {
    ExperimentationFragment fragment =
        read(
            """
            [functions.reply.experimentation]
            type = "learned"
            metric = "resolved"
            cost_weight = 25.0
            """);
    assertThat(fragment.diagnostics()).isEmpty();
    Experimentation.Learned learned = (Experimentation.Learned) fragment.experimentation();
    assertThat(Objects.requireNonNull(learned).settings().weights().cost()).isEqualTo(25);
    assertThat(learned.settings().baselineVariant()).isEqualTo("large");
    assertThat(learned.settings().candidates()).containsExactly("large", "small");
  }

  @Test
  void read_somethingWrong_saysWhere() {
    assertThat(
            words(
                read(
                    """
                    [functions.reply.experimentation]
                    type = "learned"
                    metric = "resolvd"
                    """)))
        .singleElement()
        .asString()
        .startsWith("challenger.toml:3:1: error: ")
        .contains("did you mean 'resolved'?");
  }

  @Test
  void read_noToml_saysWhere() {
    ExperimentationFragment fragment = read("[functions.reply");
    assertThat(fragment.experimentation()).isNull();
    assertThat(words(fragment)).isNotEmpty().allMatch(d -> d.startsWith("challenger.toml:1:"));
  }

  @Test
  void read_anythingBesides_isRefused() {
    for (String toml :
        List.of(
            "type = \"learned\"",
            "[functions.other.experimentation]\ntype = \"learned\"",
            "[functions.reply]\ntype = \"chat\"",
            "[functions.reply.experimentation]\n[metrics.x]\ntype = \"boolean\"")) {
      ExperimentationFragment fragment = read(toml);
      assertThat(fragment.experimentation()).isNull();
      assertThat(words(fragment))
          .containsExactly(
              "challenger.toml: error: must hold [functions.reply.experimentation] and nothing"
                  + " else");
    }
  }

  @Test
  void price_ofAModel_isThatOfTheProviderTriedFirst() {
    assertThat(catalog.price("large")).isEqualTo(new TokenPrice(10_000, 0));
    assertThat(catalog.price("unknown")).isNull();
  }

  private ExperimentationFragment read(String toml) {
    return ExperimentationFragment.read(
        catalog, Objects.requireNonNull(catalog.functions().get("reply")), "challenger.toml", toml);
  }

  private static List<String> words(ExperimentationFragment fragment) {
    return fragment.diagnostics().stream().map(Diagnostic::toString).toList();
  }

  private static FunctionCatalog catalog() {
    String model =
        """
        [models.%s]
        routing = ["d"]
        [models.%s.providers.d]
        type = "dummy"
        model_name = "good"
        cost = [{ pointer = "/usage/prompt_tokens", cost_per_million = %s }]
        """;
    CatalogReading reading =
        new CatalogReader(
                List.of(new ProviderKind("dummy", (table, r) -> r.requiredText("model_name"))),
                Map.of())
            .readText(
                "pointsman.toml",
                model.formatted("large", "large", "10.0")
                    + model.formatted("small", "small", "1.0")
                    + """
                    [metrics.resolved]
                    type = "boolean"
                    level = "inference"
                    optimize = "max"
                    [functions.reply]
                    type = "chat"
                    variants.large = { type = "chat_completion", model = "large" }
                    variants.small = { type = "chat_completion", model = "small" }
                    """);
    if (reading instanceof CatalogReading.Loaded loaded) {
      return loaded.catalog();
    }
    throw new AssertionError(reading.diagnostics());
  }
}
