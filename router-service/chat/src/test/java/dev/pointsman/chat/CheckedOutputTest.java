package dev.pointsman.chat;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.pointsman.catalog.JsonSchema;
import java.util.Map;
import org.junit.jupiter.api.Test;

final class CheckedOutputTest {

  private static final JsonSchema COLOUR =
      JsonSchema.parse(
          """
          {"type":"object","properties":{"colour":{"enum":["red","blue"]}},"required":["colour"]}
          """);

  @Test
  void json_valid_hasBothForms() {
    ObjectNode output = CheckedOutput.json("{\"colour\":\"red\"}", COLOUR);
    assertThat(output.toString())
        .isEqualTo("{\"raw\":\"{\\\"colour\\\":\\\"red\\\"}\",\"parsed\":{\"colour\":\"red\"}}");
  }

  @Test
  void json_failsItsSchema_keepsTheTextOnly() {
    assertThat(CheckedOutput.json("{\"colour\":\"green\"}", COLOUR).toString())
        .isEqualTo("{\"raw\":\"{\\\"colour\\\":\\\"green\\\"}\",\"parsed\":null}");
    assertThat(CheckedOutput.json("no json", COLOUR).toString())
        .isEqualTo("{\"raw\":\"no json\",\"parsed\":null}");
    assertThat(CheckedOutput.json(null, COLOUR).toString())
        .isEqualTo("{\"raw\":null,\"parsed\":null}");
  }

  @Test
  void json_withoutSchema_parsesAnything() {
    assertThat(CheckedOutput.json("[1]", null).path("parsed").toString()).isEqualTo("[1]");
  }

  @Test
  void toolCall_knownTool_isCheckedAgainstItsSchema() {
    Map<String, JsonSchema> tools = Map.of("paint", COLOUR);
    ObjectNode good = CheckedOutput.toolCall("0", "paint", "{\"colour\":\"blue\"}", tools);
    assertThat(good.path("name").asText()).isEqualTo("paint");
    assertThat(good.path("arguments").path("colour").asText()).isEqualTo("blue");

    ObjectNode bad = CheckedOutput.toolCall("0", "paint", "{\"colour\":1}", tools);
    assertThat(bad.path("name").asText()).isEqualTo("paint");
    assertThat(bad.path("arguments").isNull()).isTrue();
    assertThat(bad.path("raw_arguments").asText()).isEqualTo("{\"colour\":1}");
  }

  @Test
  void toolCall_unknownTool_hasNoName() {
    ObjectNode call = CheckedOutput.toolCall("0", "erase", "{}", Map.of());
    assertThat(call.path("name").isNull()).isTrue();
    assertThat(call.path("raw_name").asText()).isEqualTo("erase");
    assertThat(call.has("arguments")).isTrue();
  }
}
