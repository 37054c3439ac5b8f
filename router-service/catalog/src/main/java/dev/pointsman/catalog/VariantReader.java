package dev.pointsman.catalog;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** Reads {@code [functions.F.variants.*]}. */
final class VariantReader {

  private static final Set<String> LATER_TYPES =
      Set.of(
          "experimental_best_of_n_sampling",
          "experimental_best_of_n",
          "experimental_mixture_of_n",
          "experimental_dynamic_in_context_learning",
          "experimental_chain_of_thought");

  private final ReferencedFiles files;
  private final TemplateLanguage language;
  private final Collection<String> models;
  private final Collection<String> kinds;

  /**
   * The reader.
   *
   * @param models names of configured models
   * @param kinds names of provider kinds, for the short form {@code kind::model}
   */
  VariantReader(
      ReferencedFiles files,
      TemplateLanguage language,
      Collection<String> models,
      Collection<String> kinds) {
    this.files = files;
    this.language = language;
    this.models = models;
    this.kinds = kinds;
  }

  VariantDefinition read(String name, Section section, Map<String, JsonSchema> schemas) {
    checkType(section);
    return new VariantDefinition(
        name,
        model(section),
        templates(section, schemas),
        new VariantDefinition.SamplingParameters(
            section.number("temperature"),
            integer(section.whole("max_tokens", 1, Integer.MAX_VALUE)),
            section.whole("seed", Long.MIN_VALUE, Long.MAX_VALUE),
            section.number("top_p"),
            section.number("presence_penalty"),
            section.number("frequency_penalty"),
            section.texts("stop_sequences"),
            section.text("reasoning_effort"),
            section.choice("service_tier", List.of("auto", "default", "priority", "flex")),
            section.text("verbosity")),
        section.choice("json_mode", List.of("off", "on", "strict", "tool")),
        retries(section),
        TimeoutsReader.read(section));
  }

  private static @Nullable Integer integer(@Nullable Long value) {
    return value == null ? null : Math.toIntExact(value);
  }

  private static void checkType(Section section) {
    if (!section.has("type")) {
      section.missing("type");
      return;
    }
    String type = section.text("type", "chat_completion");
    if (LATER_TYPES.contains(type)) {
      section.error(
          "type",
          "%s: \"%s\" is not supported yet: write a variant of type \"chat_completion\""
              .formatted(section.path("type"), type));
    } else if (!type.equals("chat_completion")) {
      section.error(
          "type",
          "%s must be chat_completion, but is '%s'%s"
              .formatted(
                  section.path("type"),
                  type,
                  Problems.didYouMean(type, List.of("chat_completion"))));
    }
  }

  private String model(Section section) {
    String model = section.requiredText("model");
    if (model == null) {
      return "";
    }
    int shorthand = model.indexOf("::");
    if (models.contains(model)) {
      return model;
    }
    if (shorthand <= 0) {
      section.error("model", section.unknown("model", "model", model, models));
    } else if (!kinds.contains(model.substring(0, shorthand))) {
      section.error(
          "model",
          section.unknown("model", "kind of provider", model.substring(0, shorthand), kinds));
    } else if (model.length() == shorthand + 2) {
      section.error("model", "%s: write provider::model".formatted(section.path("model")));
    }
    return model;
  }

  /** The deprecated weight; null when there is none. */
  @Nullable Double weight(Section section) {
    Double weight = section.number("weight");
    if (weight == null) {
      return null;
    }
    section.warning(
        "weight",
        "%s is deprecated, write experimentation = { type = \"static\", candidate_variants = {…} }"
                .formatted(section.path("weight"))
            + " on the function instead");
    if (weight < 0) {
      section.error(
          "weight", "%s must be >= 0, but is %s".formatted(section.path("weight"), weight));
      return null;
    }
    return weight;
  }

  private static VariantDefinition.RetrySettings retries(Section section) {
    VariantDefinition.RetrySettings defaults = VariantDefinition.RetrySettings.NONE;
    Section retries = section.child("retries", "functions.F.variants.V.retries");
    if (retries == null) {
      return defaults;
    }
    double delay =
        retries.number("max_delay_s", 0, 3_600, defaults.maxDelay().toMillis() / 1_000.0);
    return new VariantDefinition.RetrySettings(
        (int) retries.whole("num_retries", 0, 100, defaults.numRetries()),
        Duration.ofMillis(Math.round(delay * 1_000)));
  }

  private Map<String, PromptTemplate> templates(Section section, Map<String, JsonSchema> schemas) {
    Map<String, PromptTemplate> templates = new TreeMap<>();
    for (String role : List.of("system", "user", "assistant")) {
      String key = role + "_template";
      if (section.has(key)) {
        add(templates, role, section, key, schemas);
      }
    }
    section
        .namedSections("templates", "functions.F.variants.V.templates.N")
        .forEach(
            (name, table) -> {
              if (section.has(name + "_template")
                  && Set.of("system", "user", "assistant").contains(name)) {
                table.error(
                    "path",
                    "%s and %s_template name the same template: keep one of the two"
                        .formatted(table.path("path"), name));
              }
              add(templates, name, table, "path", schemas);
            });
    Set<String> written = new TreeSet<>(section.named("templates").keySet());
    for (String schema : schemas.keySet()) {
      if (!written.contains(schema) && !section.has(legacyKey(schema))) {
        section
            .problems()
            .error(
                section.place(),
                "%s is missing: the function has a schema '%s', so each variant needs a template"
                        .formatted(section.path("templates." + schema + ".path"), schema)
                    + " of that name");
      }
    }
    return templates;
  }

  private static String legacyKey(String schema) {
    return Set.of("system", "user", "assistant").contains(schema) ? schema + "_template" : "";
  }

  private void add(
      Map<String, PromptTemplate> templates,
      String name,
      Section section,
      String key,
      Map<String, JsonSchema> schemas) {
    String text = files.text(section, key);
    if (text == null) {
      return;
    }
    try {
      PromptTemplate template = new PromptTemplate(name, text, language);
      templates.put(name, template);
      if (!schemas.containsKey(name)) {
        checkWithoutSchema(section, key, template);
      }
    } catch (IllegalArgumentException e) {
      section.error(key, "%s: %s".formatted(section.path(key), e.getMessage()));
    }
  }

  /** Without a schema callers give no arguments; only the text of the message itself is there. */
  private static void checkWithoutSchema(Section section, String key, PromptTemplate template) {
    try {
      template.render(JsonNodeFactory.instance.objectNode().put(template.name() + "_text", ""));
    } catch (IllegalArgumentException e) {
      section.error(
          key,
          "%s uses variables, so the function needs schemas.%s.path: %s"
              .formatted(section.path(key), template.name(), e.getMessage()));
    }
  }
}
