package dev.pointsman.catalog;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.HashMap;
import java.util.Map;

/**
 * A prompt template, compiled at load: MiniJinja's language. Variables that are not given are
 * errors, values are not escaped, one line break at the end of the file is dropped, and no file is
 * ever opened: {@code include} and {@code extends} find only templates the configuration names.
 *
 * <p>Safe for use by several threads; rendering does not parse.
 */
public final class PromptTemplate {

  private final String name;
  private final String source;
  private final TemplateLanguage.Compiled compiled;

  PromptTemplate(String name, String source, TemplateLanguage language) {
    this.name = name;
    this.source = source;
    this.compiled = language.compile(name, source);
  }

  /**
   * A template that stands alone.
   *
   * @throws IllegalArgumentException if it does not parse, saying where
   */
  public static PromptTemplate parse(String name, String source) {
    return new PromptTemplate(name, source, TemplateLanguage.withoutIncludes());
  }

  /** The template's name. */
  public String name() {
    return name;
  }

  /** The template's text. */
  public String source() {
    return source;
  }

  /**
   * The text for the given arguments.
   *
   * @param arguments a JSON object
   * @throws IllegalArgumentException if a variable is missing or the template fails; the message
   *     names the template and the variable
   */
  public String render(JsonNode arguments) {
    if (!arguments.isObject()) {
      throw new IllegalArgumentException(
          "template '%s': arguments must be an object, but are %s"
              .formatted(name, arguments.getNodeType()));
    }
    Map<String, Object> variables = HashMap.newHashMap(arguments.size());
    arguments
        .properties()
        .forEach(entry -> variables.put(entry.getKey(), TemplateLanguage.value(entry.getValue())));
    return compiled.render(variables);
  }
}
