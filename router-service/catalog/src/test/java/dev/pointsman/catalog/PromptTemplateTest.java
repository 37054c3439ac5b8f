package dev.pointsman.catalog;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class PromptTemplateTest {

  private static final JsonMapper MAPPER = JsonMapper.builder().build();
  private static final String ARGUMENTS =
      """
      {"name":"Ann","count":3,"share":0.5,"yes":true,"nothing":null,"blank":"",
       "items":["a","b"],"deep":{"city":"Rome"},"big":123456789012}
      """;

  private static JsonNode json(String text) {
    try {
      return MAPPER.readTree(text);
    } catch (com.fasterxml.jackson.core.JsonProcessingException e) {
      throw new AssertionError(e);
    }
  }

  private static String render(String source) {
    return PromptTemplate.parse("user", source).render(json(ARGUMENTS));
  }

  @ParameterizedTest
  @CsvSource(
      delimiterString = "=>",
      quoteCharacter = '`',
      value = {
        "Hello {{ name }}! => Hello Ann!",
        "{{ count }} {{ share }} {{ big }} => 3 0.5 123456789012",
        "{{ deep.city }} {{ deep['city'] }} => Rome Rome",
        "{% for i in items %}{{ loop.index }}{{ i }};{% endfor %} => 1a;2b;",
        "{% if yes %}y{% else %}n{% endif %} => y",
        "{% if blank %}y{% else %}n{% endif %} => n",
        "{% if nothing %}y{% else %}n{% endif %} => n",
        "{{ nothing }} {{ deep | tojson }} => none {\"city\":\"Rome\"}",
        "{% if nothing is none %}y{% endif %} => y",
        "{% if missing is defined %}y{% else %}n{% endif %} => n",
        "{{ missing | default('d') }} => d",
        "{{ items | length }} {{ items | join('+') }} {{ name | upper }} => 2 a+b ANN",
        "{{ '<b>' }} => <b>",
        "a{# note #}b => ab",
        "{% raw %}{{ name }}{% endraw %} => {{ name }}",
        "{% for k in deep %}{{ k }}{% endfor %} => city",
        "{% for k, v in deep.items() %}{{ k }}={{ v }}{% endfor %} => city=Rome",
        "{{ 1 + 2 * 3 }} {{ 7 // 2 }} {{ 'a' ~ 1 }} => 7 3 a1",
        "{% set x = count + 1 %}{{ x }} => 4",
        "{{ name if yes else blank }} => Ann",
        "{%- if yes -%}  x  {%- endif -%} => x"
      })
  void render_language_isMiniJinjas(String source, String expected) {
    assertThat(render(source)).isEqualTo(expected);
  }

  @Test
  void render_lineBreakAtTheEnd_oneIsDropped() {
    assertThat(render("a\n\n")).isEqualTo("a\n");
  }

  @Test
  void render_missingVariable_namesVariableTemplateAndLine() {
    assertThatThrownBy(() -> render("a\n{{ nobody }}"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("template 'user', line 2")
        .hasMessageContaining("nobody");
  }

  @Test
  void render_missingField_namesIt() {
    assertThatThrownBy(() -> render("{{ deep.street }}"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("deep.street");
  }

  @Test
  void render_valueThatLooksLikeATemplate_staysText() {
    assertThat(
            PromptTemplate.parse("user", "{{ x }}")
                .render(json("{\"x\":\"{{ 1 + 1 }}{% include 'a' %}\"}")))
        .isEqualTo("{{ 1 + 1 }}{% include 'a' %}");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{% include '/etc/passwd' %}",
        "{% extends '../secret' %}",
        "{% import 'x' as y %}",
        "{{ name.getClass() }}",
        "{{ name.class.classLoader }}",
        "{% for i in range(1000000000) %}{% for j in range(1000000000) %}x{% endfor %}{% endfor %}"
      })
  void render_reachingOutsideOrTooFar_fails(String source) {
    assertThatThrownBy(() -> render(source)).isInstanceOf(IllegalArgumentException.class);
  }

  @ParameterizedTest
  @ValueSource(strings = {"{{ name", "{% if %}", "{% if yes %}open", "{% nonsense %}"})
  void parse_brokenTemplate_saysWhere(String source) {
    assertThatThrownBy(() -> PromptTemplate.parse("user", source))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("template 'user', line 1");
  }

  @Test
  void render_argumentsThatAreNoObject_isRejected() {
    assertThatThrownBy(() -> PromptTemplate.parse("user", "x").render(json("[1]")))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("must be an object");
  }

  @Test
  void render_includeOfAConfiguredTemplate_isFound() {
    TemplateLanguage language = new TemplateLanguage(Map.of("head.j2", "Dear {{ name }}")::get);

    assertThat(
            new PromptTemplate("user", "{% include 'head.j2' %}!", language)
                .render(json(ARGUMENTS)))
        .isEqualTo("Dear Ann!");
  }

  @Test
  void render_byManyThreads_givesEachItsOwn() throws Exception {
    PromptTemplate template =
        PromptTemplate.parse("user", "{% for i in items %}{{ i }}{% endfor %}");
    try (ExecutorService executor = Executors.newFixedThreadPool(4)) {
      var tasks =
          IntStream.range(0, 400)
              .<Callable<Boolean>>mapToObj(
                  n ->
                      () ->
                          template
                              .render(json("{\"items\":[%d,\" \",%d]}".formatted(n, n)))
                              .equals(n + " " + n))
              .toList();
      for (var result : executor.invokeAll(tasks)) {
        assertThat(result.get()).isTrue();
      }
    }
  }
}
