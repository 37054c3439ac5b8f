package dev.pointsman.catalog;

import com.fasterxml.jackson.databind.JsonNode;

/** A prompt template, compiled at load: MiniJinja's language. */
public final class PromptTemplate {

  private final String name;
  private final String source;

  PromptTemplate(String name, String source) {
    this.name = name;
    this.source = source;
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
   * @throws IllegalArgumentException if a variable is missing or the template fails
   */
  public String render(JsonNode arguments) {
    throw new UnsupportedOperationException("in work");
  }
}
