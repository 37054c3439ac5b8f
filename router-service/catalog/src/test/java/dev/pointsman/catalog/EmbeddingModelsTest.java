package dev.pointsman.catalog;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

final class EmbeddingModelsTest {

  private static final String FUNCTION =
      """
      [metrics.good]
      type = "boolean"
      level = "inference"
      optimize = "max"

      [functions.f]
      type = "chat"
      %s
      [functions.f.variants.a]
      type = "chat_completion"
      model = "dummy::a"
      [functions.f.variants.b]
      type = "chat_completion"
      model = "dummy::b"
      [functions.f.experimentation]
      type = "learned"
      metric = "good"
      baseline_variant = "a"
      """;

  private static final String MODEL =
      """
      [embedding_models.words]
      routing = ["near", "far"]
      timeout_ms = 80
      [embedding_models.words.providers.near]
      type = "dummy"
      model_name = "first_word"
      cost = [{ pointer = "/usage/prompt_tokens", cost_per_million = 0.02 }]
      [embedding_models.words.providers.far]
      type = "dummy"
      model_name = "first_word"
      """;

  private static List<String> diagnostics(String toml) {
    return Readings.diagnostics(toml, Map.of());
  }

  private static Experimentation.Learned learned(String keys) {
    FunctionCatalog catalog = Readings.loaded(FUNCTION.formatted("") + keys + MODEL);
    return (Experimentation.Learned) catalog.functions().get("f").experimentation();
  }

  @Test
  void read_model_everyKeyIsMapped() {
    EmbeddingModelDefinition model = Readings.loaded(MODEL).embeddingModels().get("words");
    assertThat(model.name()).isEqualTo("words");
    assertThat(model.routing()).containsExactly("near", "far");
    assertThat(model.timeout()).isEqualTo(Duration.ofMillis(80));
    assertThat(model.providers()).containsOnlyKeys("near", "far");
    assertThat(model.providers().get("near").settings())
        .isEqualTo(new Readings.DummySettings("first_word"));
    assertThat(model.providers().get("near").cost()).hasSize(1);
    assertThat(
            Readings.loaded(MODEL.replace("timeout_ms = 80", ""))
                .embeddingModels()
                .get("words")
                .timeout())
        .isNull();
  }

  @Test
  void read_function_namesItsModelAndDeadline() {
    assertThat(learned("embedding_model = \"words\"\n").embedding())
        .isEqualTo(new Experimentation.Embedding("words", Duration.ofMillis(150)));
    assertThat(
            learned(
                    "embedding_model = \"words\"\n"
                        + "embedding_deadline = \"2s\"\n"
                        + "context = \"text\"\n")
                .embedding())
        .isEqualTo(new Experimentation.Embedding("words", Duration.ofSeconds(2)));
    assertThat(learned("").embedding()).isNull();
  }

  @Test
  void read_brokenModel_everyMistakeHasItsPlace() {
    assertThat(
            diagnostics(
                """
                [embedding_models.words]
                routing = ["near", "nears"]
                timeout_m = 3
                [embedding_models.words.providers.near]
                type = "remote"
                model_name = "m"
                [embedding_models.none]
                """))
        .containsExactly(
            "pointsman.toml:2:20: error: embedding_models.words.routing: there is no provider"
                + " 'nears' (did you mean 'near'?)",
            "pointsman.toml:3:1: error: unknown key 'timeout_m' in embedding_models.words (did you"
                + " mean 'timeout_ms'?)",
            "pointsman.toml:5:1: error: embedding_models.words.providers.near.type: a provider of"
                + " the kind 'remote' makes no embeddings; kinds that do are dummy",
            "pointsman.toml:7:1: error: embedding_models.none.providers is missing",
            "pointsman.toml:7:1: error: embedding_models.none.routing is missing");
  }

  @Test
  void read_functionThatCannotUseIt_isToldWhy() {
    String function = FUNCTION.formatted("log_text = false");
    int line = (int) function.lines().count() + 1;
    assertThat(
            diagnostics(
                function + "embedding_model = \"word\"\nembedding_deadline = \"11s\"\n" + MODEL))
        .containsExactly(
            "pointsman.toml:%d:1: error: functions.f.experimentation.embedding_model: there is no embedding model 'word' (did you mean 'words'?)"
                .formatted(line),
            "pointsman.toml:%d:1: error: functions.f.experimentation.embedding_deadline must be <= 10s, since every decision may wait that long"
                .formatted(line + 1));
    assertThat(
            diagnostics(function + "embedding_model = \"words\"\ncontext = \"segments\"\n" + MODEL))
        .containsExactly(
            "pointsman.toml:%d:1: error: functions.f.experimentation.embedding_model: context = \"segments\" looks at nothing but segments: remove one of the two"
                .formatted(line),
            "pointsman.toml:%d:1: error: functions.f.experimentation.embedding_model keeps a vector of what is asked, and log_text = false says to keep none of it: remove one of the two"
                .formatted(line));
    assertThat(diagnostics(function + "embedding_deadline = \"1s\"\n"))
        .containsExactly(
            "pointsman.toml:%d:1: error: functions.f.experimentation.embedding_deadline is for functions with an embedding_model: name one of [embedding_models]"
                .formatted(line));
  }

  @Test
  void read_modelOfUnknownCostBesideKnownPrices_isAWarning() {
    String priced =
        """
        [models.m]
        routing = ["p"]
        providers.p = { type = "dummy", model_name = "a", cost = [{ pointer = "/usage/prompt_tokens", cost_per_million = 1.0 }] }
        """;
    String function = FUNCTION.formatted("").replace("dummy::a", "m");
    assertThat(diagnostics(function + "embedding_model = \"words\"\n" + MODEL + priced))
        .singleElement()
        .asString()
        .endsWith(
            "warning: functions.f.experimentation.embedding_model:"
                + " embedding_models.words.providers.far has no cost, so what inferences cost will"
                + " be unknown");
  }
}
