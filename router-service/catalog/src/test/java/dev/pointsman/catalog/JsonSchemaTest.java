package dev.pointsman.catalog;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class JsonSchemaTest {

  private static final JsonSchema ANSWER =
      JsonSchema.parse(
          """
          {"$schema":"http://json-schema.org/draft-07/schema#","type":"object",
           "properties":{"answer":{"type":"string"},"n":{"$ref":"#/definitions/small"}},
           "required":["answer"],"additionalProperties":false,
           "definitions":{"small":{"type":"integer","maximum":3}}}
          """);

  private static JsonNode json(String text) throws JsonProcessingException {
    return JsonMapper.builder().build().readTree(text);
  }

  @Test
  void violations_fittingValue_isEmpty() throws JsonProcessingException {
    assertThat(ANSWER.violations(json("{\"answer\":\"Hello\",\"n\":3}"))).isEmpty();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "{} | answer",
        "{\"answer\":1} | answer",
        "{\"answer\":\"a\",\"n\":4} | 3",
        "{\"answer\":\"a\",\"other\":4} | other",
        "[] | object"
      })
  void violations_otherValue_saysWhat(String value, String named) throws JsonProcessingException {
    assertThat(ANSWER.violations(json(value)))
        .isNotEmpty()
        .anySatisfy(sentence -> assertThat(sentence).contains(named));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "{ | no JSON",
        "{\"type\":\"strnig\"} | not valid",
        "{\"required\":\"answer\"} | not valid",
        "3 | a schema is an object",
        "{\"$ref\":\"https://example.org/schema.json\"} | not valid",
        "{\"$ref\":\"#/definitions/none\"} | not valid",
        "{\"type\":\"string\",\"pattern\":\"(\"} | not valid"
      })
  void parse_noSchema_isRejected(String text, String reason) {
    assertThatThrownBy(() -> JsonSchema.parse(text))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(reason);
  }

  @Test
  void source_isTheSchemaItself() {
    assertThat(ANSWER.source().path("required").path(0).textValue()).isEqualTo("answer");
  }
}
