package dev.pointsman.catalog;

import com.fasterxml.jackson.core.JsonPointer;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Reads {@code [models.*]} and {@code [embedding_models.*]}: where each model can be reached, and what it
 * costs.
 */
final class ModelReader {

  private final Map<String, ProviderKind> kinds;
  private final Map<String, String> environment;
  private final Problems problems;

  ModelReader(Map<String, ProviderKind> kinds, Map<String, String> environment, Problems problems) {
    this.kinds = kinds;
    this.environment = environment;
    this.problems = problems;
  }

  Map<String, ModelDefinition> read(Section root) {
    Map<String, ModelDefinition> models = new TreeMap<>();
    root.namedSections("models", "models.M")
        .forEach(
            (name, section) -> {
              int shorthand = name.indexOf("::");
              if (shorthand > 0 && kinds.containsKey(name.substring(0, shorthand))) {
                problems.error(
                    section.place(),
                    "models.%s: names that begin with %s are the short form of a model:"
                            .formatted(name, name.substring(0, shorthand + 2))
                        + " choose another name");
              }
              models.put(name, model(name, section));
            });
    return models;
  }

  /** The models that embed. */
  Map<String, EmbeddingModelDefinition> readEmbedding(Section root) {
    Map<String, EmbeddingModelDefinition> models = new TreeMap<>();
    root.namedSections("embedding_models", "embedding_models.M")
        .forEach(
            (name, section) -> {
              Map<String, ModelDefinition.ProviderDefinition> providers = providers(section);
              List<String> routing = routing(section, providers);
              section
                  .named("providers")
                  .forEach((provider, table) -> requireEmbeds(section, provider, table));
              Long timeout = section.whole("timeout_ms", 1, Integer.MAX_VALUE);
              models.put(
                  name,
                  new EmbeddingModelDefinition(
                      name,
                      routing,
                      providers,
                      timeout == null ? null : Duration.ofMillis(timeout)));
            });
    return models;
  }

  private void requireEmbeds(Section section, String provider, TomlNode.Table table) {
    if (table.entries().get("type") instanceof TomlNode.Leaf leaf
        && leaf.value() instanceof String type
        && kinds.get(type) instanceof ProviderKind kind
        && !kind.embeds()) {
      problems.error(
          leaf.place(),
          "%s.%s.type: a provider of the kind '%s' makes no embeddings; kinds that do are %s"
              .formatted(
                  section.path("providers"),
                  provider,
                  type,
                  kinds.values().stream()
                      .filter(ProviderKind::embeds)
                      .map(ProviderKind::name)
                      .sorted()
                      .collect(Collectors.joining(", "))));
    }
  }

  private ModelDefinition model(String name, Section section) {
    Map<String, ModelDefinition.ProviderDefinition> providers = providers(section);
    return new ModelDefinition(
        name, routing(section, providers), providers, TimeoutsReader.read(section));
  }

  private Map<String, ModelDefinition.ProviderDefinition> providers(Section section) {
    Map<String, ModelDefinition.ProviderDefinition> providers = new TreeMap<>();
    section
        .named("providers")
        .forEach(
            (provider, table) ->
                providers.put(
                    provider,
                    provider(section.path("providers") + "." + provider, provider, table)));
    if (!section.has("providers")) {
      section.missing("providers");
    } else if (section.named("providers").isEmpty()) {
      section.error(
          "providers", "%s is empty: name at least one".formatted(section.path("providers")));
    }
    return providers;
  }

  private static List<String> routing(
      Section section, Map<String, ModelDefinition.ProviderDefinition> providers) {
    if (!section.has("routing")) {
      section.missing("routing");
    } else if (section.texts("routing").isEmpty()) {
      section.error(
          "routing",
          "%s is empty: list the providers in the order they are tried"
              .formatted(section.path("routing")));
    }
    List<String> routing =
        section.has("routing")
            ? section.names("routing", "provider", providers.keySet())
            : List.of();
    if (!routing.isEmpty()) {
      providers.keySet().stream()
          .filter(provider -> !routing.contains(provider))
          .forEach(
              provider ->
                  section.warning(
                      "routing",
                      "%s leaves out provider '%s', which is never used"
                          .formatted(section.path("routing"), provider)));
    }
    return routing;
  }

  private ModelDefinition.ProviderDefinition provider(
      String path, String name, TomlNode.Table table) {
    ProviderSection own = new ProviderSection(path, table, problems, environment);
    String type = own.text("type");
    ProviderKind kind = type == null ? null : kinds.get(type);
    Object settings = "";
    if (kind != null) {
      settings = kind.reader().read(table.source(), own);
    } else if (type != null) {
      own.error(
          "type",
          "%s.type: there is no kind of provider '%s'%s; kinds are %s"
              .formatted(
                  path,
                  type,
                  Problems.didYouMean(type, kinds.keySet()),
                  kinds.keySet().stream().sorted().collect(Collectors.joining(", "))));
    } else if (!table.entries().containsKey("type")) {
      own.error("type", path + ".type is missing");
    }
    // Without a kind nobody knows which keys are its own, so none of them can be called unknown.
    Section section =
        new Section(
            path,
            "models.M.providers.P",
            table,
            problems,
            kind == null ? table.entries().keySet() : own.known());
    return new ModelDefinition.ProviderDefinition(
        name, type == null ? "" : type, settings, cost(section), TimeoutsReader.read(section));
  }

  private List<ModelDefinition.CostEntry> cost(Section provider) {
    List<ModelDefinition.CostEntry> cost = new ArrayList<>();
    for (Section entry : provider.items("cost", "models.M.providers.P.cost[]")) {
      ModelDefinition.CostEntry read = costEntry(entry);
      if (read != null) {
        cost.add(read);
      }
    }
    return cost;
  }

  private ModelDefinition.@Nullable CostEntry costEntry(Section entry) {
    Map<String, String> pointers = new LinkedHashMap<>();
    for (String key : List.of("pointer", "pointer_nonstreaming", "pointer_streaming")) {
      String pointer = entry.text(key);
      if (pointer != null) {
        pointers.put(key, pointer);
        if (!pointer.matches("(/([^~]|~[01])*)+")) {
          entry.error(
              key,
              "%s: '%s' is no JSON pointer: it begins with a slash, as in /usage/prompt_tokens"
                  .formatted(entry.path(key), pointer));
          return null;
        }
      }
    }
    boolean both = entry.has("pointer_nonstreaming") && entry.has("pointer_streaming");
    boolean any = entry.has("pointer_nonstreaming") || entry.has("pointer_streaming");
    if (entry.has("pointer") ? any : !both) {
      problems.error(
          entry.place(),
          "%s: give either pointer, or pointer_nonstreaming and pointer_streaming"
              .formatted(entry.path("pointer")));
      return null;
    }
    if (entry.has("cost_per_million") == entry.has("cost_per_unit")) {
      problems.error(
          entry.place(),
          "%s: give either cost_per_million or cost_per_unit"
              .formatted(entry.path("cost_per_million")));
      return null;
    }
    String key = entry.has("cost_per_million") ? "cost_per_million" : "cost_per_unit";
    BigDecimal rate = decimal(entry, key);
    boolean required = entry.flag("required", false);
    if (rate == null || pointers.isEmpty()) {
      return null;
    }
    String pointer = pointers.getOrDefault("pointer", pointers.get("pointer_nonstreaming"));
    String streaming = pointers.getOrDefault("pointer", pointers.get("pointer_streaming"));
    return pointer == null || streaming == null
        ? null
        : new ModelDefinition.CostEntry(
            JsonPointer.compile(pointer),
            JsonPointer.compile(streaming),
            key.equals("cost_per_million") ? rate.movePointLeft(6) : rate,
            required);
  }

  private static @Nullable BigDecimal decimal(Section entry, String key) {
    Double number = entry.number(key);
    // The shortest text of the double is what stands in the file, so 0.15 stays 0.15.
    return number == null ? null : BigDecimal.valueOf(number).stripTrailingZeros();
  }
}
