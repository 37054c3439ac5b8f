package dev.pointsman.catalog;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Reads {@code [metrics.*]}. */
final class MetricReader {

  private MetricReader() {}

  static Map<String, MetricDefinition> read(Section root) {
    Map<String, MetricDefinition> metrics = new TreeMap<>();
    root.namedSections("metrics", "metrics.X")
        .forEach((name, section) -> metrics.put(name, metric(name, section)));
    return metrics;
  }

  private static MetricDefinition metric(String name, Section section) {
    if (name.equals("comment") || name.equals("demonstration")) {
      section
          .problems()
          .error(
              section.place(),
              "metrics.%s: the name is reserved for built-in feedback, choose another one"
                  .formatted(name));
    }
    String type = required(section, "type", List.of("boolean", "float"), "boolean");
    String level = required(section, "level", List.of("inference", "episode"), "inference");
    String optimize = required(section, "optimize", List.of("max", "min"), "max");
    MetricDefinition.Range range = range(section);
    if (range != null && type.equals("boolean")) {
      section.error(
          "range", "%s: only a float metric has a range".formatted(section.path("range")));
    }
    return new MetricDefinition(
        name,
        MetricDefinition.Type.valueOf(type.toUpperCase(Locale.ROOT)),
        MetricDefinition.Level.valueOf(level.toUpperCase(Locale.ROOT)),
        MetricDefinition.Direction.valueOf(optimize.toUpperCase(Locale.ROOT)),
        section.text("description"),
        range);
  }

  private static String required(
      Section section, String key, List<String> words, String otherwise) {
    if (!section.has(key)) {
      section.error(
          key,
          "%s is missing: it is one of %s".formatted(section.path(key), String.join(", ", words)));
      return otherwise;
    }
    String word = section.choice(key, words);
    return word == null ? otherwise : word;
  }

  private static MetricDefinition.@Nullable Range range(Section section) {
    TomlNode node = section.node("range");
    if (node == null) {
      return null;
    }
    if (!(node instanceof TomlNode.Array array) || array.items().size() != 2) {
      section.error(
          "range", "%s must be two numbers, [low, high]".formatted(section.path("range")));
      return null;
    }
    Double low = section.number("range", array.items().get(0));
    Double high = section.number("range", array.items().get(1));
    if (low == null || high == null) {
      return null;
    }
    if (low >= high) {
      section.error(
          "range", "%s: low must be < high: %s >= %s".formatted(section.path("range"), low, high));
      return null;
    }
    return new MetricDefinition.Range(low, high);
  }
}
