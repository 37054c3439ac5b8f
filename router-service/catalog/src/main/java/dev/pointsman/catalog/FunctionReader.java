package dev.pointsman.catalog;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.pointsman.routing.TokenPrice;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Reads {@code [functions.*]}. */
final class FunctionReader {

  private static final List<String> TOOL_CHOICES = List.of("none", "auto", "required");

  private final VariantReader variantReader;
  private final ReferencedFiles files;
  private final Map<String, ModelDefinition> models;
  private final Map<String, EmbeddingModelDefinition> embeddingModels;
  private final Map<String, MetricDefinition> metrics;
  private final Map<String, ToolDefinition> tools;

  FunctionReader(
      VariantReader variantReader,
      ReferencedFiles files,
      Map<String, ModelDefinition> models,
      Map<String, EmbeddingModelDefinition> embeddingModels,
      Map<String, MetricDefinition> metrics,
      Map<String, ToolDefinition> tools) {
    this.variantReader = variantReader;
    this.files = files;
    this.models = models;
    this.embeddingModels = embeddingModels;
    this.metrics = metrics;
    this.tools = tools;
  }

  Map<String, FunctionDefinition> read(Section root) {
    Map<String, FunctionDefinition> functions = new TreeMap<>();
    root.namedSections("functions", "functions.F")
        .forEach((name, section) -> functions.put(name, function(name, section)));
    return functions;
  }

  private FunctionDefinition function(String name, Section section) {
    FunctionDefinition.Type type = type(section);
    boolean chat = type == FunctionDefinition.Type.CHAT;
    for (String key : List.of("tools", "tool_choice", "parallel_tool_calls")) {
      if (!chat && section.has(key)) {
        section.error(
            key, "%s: only functions of type chat offer tools".formatted(section.path(key)));
      }
    }
    if (chat && section.has("output_schema")) {
      section.error(
          "output_schema",
          "%s: only functions of type json have one".formatted(section.path("output_schema")));
    }
    Map<String, JsonSchema> schemas = schemas(section);
    Map<String, Double> weights = new TreeMap<>();
    Map<String, VariantDefinition> variants = new TreeMap<>();
    section
        .namedSections("variants", "functions.F.variants.V")
        .forEach(
            (variant, table) -> {
              variants.put(variant, variantReader.read(variant, table, schemas));
              Double weight = variantReader.weight(table);
              if (weight != null) {
                weights.put(variant, weight);
              }
            });
    if (!section.has("variants")
        || (section.node("variants") instanceof TomlNode.Table table
            && table.entries().isEmpty())) {
      section.error(
          "variants", "%s is empty: name at least one variant".formatted(section.path("variants")));
    }
    boolean logText = section.flag("log_text", true);
    Map<String, @Nullable TokenPrice> prices = new TreeMap<>();
    variants.forEach(
        (variant, definition) ->
            prices.put(variant, FunctionCatalog.price(models, definition.model())));
    return new FunctionDefinition(
        name,
        type,
        section.text("description"),
        variants,
        schemas,
        section.names("tools", "tool", tools.keySet()),
        toolChoice(section),
        section.flag("parallel_tool_calls"),
        chat ? null : outputSchema(section),
        new ExperimentationReader(
                section, prices, longestAnswers(variants), metrics, embeddingModels, logText)
            .read(weights),
        segmentBy(section),
        logText);
  }

  /** The {@code max_tokens} of the variants that have one. */
  static Map<String, Integer> longestAnswers(Map<String, VariantDefinition> variants) {
    Map<String, Integer> result = new TreeMap<>();
    variants.forEach(
        (name, variant) -> {
          Integer most = variant.sampling().maxTokens();
          if (most != null) {
            result.put(name, most);
          }
        });
    return result;
  }

  private static FunctionDefinition.Type type(Section section) {
    if (!section.has("type")) {
      section.error(
          "type", "%s is missing: it is one of chat, json".formatted(section.path("type")));
    }
    String type = section.choice("type", List.of("chat", "json"));
    return type == null
        ? FunctionDefinition.Type.CHAT
        : FunctionDefinition.Type.valueOf(type.toUpperCase(Locale.ROOT));
  }

  private Map<String, JsonSchema> schemas(Section section) {
    Map<String, JsonSchema> schemas = new TreeMap<>();
    for (String role : List.of("system", "user", "assistant")) {
      String key = role + "_schema";
      if (section.has(key)) {
        JsonSchema schema = files.schema(section, key);
        schemas.put(role, schema == null ? JsonSchema.ANYTHING : schema);
      }
    }
    section
        .namedSections("schemas", "functions.F.schemas.S")
        .forEach(
            (name, table) -> {
              if (schemas.containsKey(name)) {
                table.error(
                    "path",
                    "%s and %s_schema name the same schema: keep one of the two"
                        .formatted(table.path("path"), name));
              }
              JsonSchema schema = files.schema(table, "path");
              if (!table.has("path")) {
                table.missing("path");
              }
              schemas.put(name, schema == null ? JsonSchema.ANYTHING : schema);
            });
    return schemas;
  }

  private JsonSchema outputSchema(Section section) {
    if (!section.has("output_schema")) {
      return JsonSchema.ANYTHING;
    }
    JsonSchema schema = files.schema(section, "output_schema");
    return schema == null ? JsonSchema.ANYTHING : schema;
  }

  private static String toolChoice(Section section) {
    if (section.node("tool_choice") instanceof TomlNode.Table) {
      Section choice = section.child("tool_choice", "functions.F.tool_choice");
      String tool = choice == null ? null : choice.requiredText("specific");
      return JsonNodeFactory.instance
          .objectNode()
          .put("specific", tool == null ? "" : tool)
          .toString();
    }
    String word = section.choice("tool_choice", TOOL_CHOICES);
    return word == null ? "auto" : word;
  }

  private static List<String> segmentBy(Section section) {
    List<String> features = new ArrayList<>();
    for (TomlNode.Leaf leaf : section.textItems("segment_by")) {
      String feature = (String) leaf.value();
      if (!feature.equals("has_code") && !feature.matches("tag:\\S+")) {
        section
            .problems()
            .error(
                leaf.place(),
                "%s: '%s' is neither tag:NAME nor has_code"
                    .formatted(section.path("segment_by"), feature));
      } else if (features.contains(feature)) {
        section
            .problems()
            .error(
                leaf.place(), "%s names '%s' twice".formatted(section.path("segment_by"), feature));
      } else {
        features.add(feature);
      }
    }
    return features;
  }
}
