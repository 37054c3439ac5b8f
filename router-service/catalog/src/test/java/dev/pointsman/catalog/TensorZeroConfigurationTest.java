package dev.pointsman.catalog;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A configuration written for TensorZero, with nothing of ours in it. */
final class TensorZeroConfigurationTest {

  private CatalogReading.Loaded loaded;
  private FunctionCatalog catalog;

  @BeforeEach
  void read() throws URISyntaxException {
    Path file =
        Path.of(
            Objects.requireNonNull(getClass().getResource("tensorzero/tensorzero.toml")).toURI());
    loaded =
        Readings.loaded(
            new CatalogReader(Readings.KINDS, Map.of("REMOTE_KEY", "k"))
                .read(List.of(file.toString())));
    catalog = loaded.catalog();
  }

  @Test
  void read_functions_areAllThere() {
    assertThat(catalog.functions())
        .containsOnlyKeys(
            "basic_test",
            "json_fail",
            "json_success",
            "null_chat",
            "null_json",
            "test_chat_json_mode_tool_openai",
            "weather_helper",
            "weighted");
  }

  @Test
  void read_templatesAndSchemas_work() throws IOException {
    FunctionDefinition function = catalog.functions().get("basic_test");
    VariantDefinition variant = function.variants().get("test");
    var arguments = JsonMapper.builder().build().readTree("{\"assistant_name\":\"Alfred\"}");

    assertThat(function.schemas().get("system").violations(arguments)).isEmpty();
    assertThat(variant.templates().get("system").render(arguments))
        .isEqualTo("You are a helpful assistant named Alfred.");
    assertThat(variant.sampling().maxTokens()).isEqualTo(100);
    assertThat(variant.sampling().temperature()).isEqualTo(1.0);
    assertThat(function.experimentation()).isInstanceOf(Experimentation.Uniform.class);
  }

  @Test
  void read_namedTemplates_work() throws IOException {
    VariantDefinition variant = catalog.functions().get("json_success").variants().get("test");

    assertThat(variant.jsonMode()).isEqualTo("on");
    assertThat(
            variant
                .templates()
                .get("user")
                .render(JsonMapper.builder().build().readTree("{\"country\":\"Japan\"}")))
        .isEqualTo("What is the capital of Japan?");
  }

  @Test
  void read_tools_areOffered() {
    assertThat(catalog.functions().get("weather_helper").tools())
        .containsExactly("get_temperature");
    assertThat(catalog.tools().get("get_temperature").strict()).isFalse();
    assertThat(catalog.tools().get("get_temperature").parameters()).contains("celsius");
  }

  @Test
  void read_deprecatedWeights_areStaticWithTheOthersBehind() {
    assertThat(catalog.functions().get("weighted").experimentation())
        .isEqualTo(new Experimentation.Static(Map.of("a", 0.9, "b", 0.1), List.of("c")));
  }

  @Test
  void read_whatIsNotSupportedAndHarmless_isWarnedOfByName() {
    assertThat(loaded.warnings())
        .extracting(Diagnostic::message)
        .satisfiesExactly(
            message -> assertThat(message).startsWith("gateway.observability is not supported"),
            message -> assertThat(message).startsWith("clickhouse is not supported"),
            message -> assertThat(message).startsWith("functions.basic_test.evaluators"),
            message -> assertThat(message).startsWith("functions.weighted.variants.a.weight is"),
            message -> assertThat(message).startsWith("functions.weighted.variants.b.weight is"));
  }
}
