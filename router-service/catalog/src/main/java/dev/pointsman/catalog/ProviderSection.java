package dev.pointsman.catalog;

import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** A provider's table as its kind's reader sees it. */
final class ProviderSection implements ProviderKind.ProviderReading {

  private final String path;
  private final TomlNode.Table table;
  private final Problems problems;
  private final Map<String, String> environment;
  private final Set<String> known = new HashSet<>();

  ProviderSection(
      String path, TomlNode.Table table, Problems problems, Map<String, String> environment) {
    this.path = path;
    this.table = table;
    this.problems = problems;
    this.environment = environment;
  }

  Set<String> known() {
    return known;
  }

  private SourcePlace place(String key) {
    TomlNode node = table.entries().get(key);
    return node == null ? table.place() : node.place();
  }

  private <T> @Nullable T leaf(String key, Class<T> type, String expected) {
    known.add(key);
    TomlNode node = table.entries().get(key);
    if (node == null) {
      return null;
    }
    if (node instanceof TomlNode.Leaf leaf && type.isInstance(leaf.value())) {
      return type.cast(leaf.value());
    }
    error(key, "%s.%s must be %s, but is %s".formatted(path, key, expected, node.kind()));
    return null;
  }

  @Override
  public void known(String key) {
    known.add(key);
  }

  @Override
  public void error(String key, String message) {
    known.add(key);
    problems.error(place(key), message);
  }

  @Override
  public @Nullable String text(String key) {
    return leaf(key, String.class, "a string");
  }

  @Override
  public String requiredText(String key) {
    String text = text(key);
    if (text != null && !text.isBlank()) {
      return text;
    }
    if (text != null || !table.entries().containsKey(key)) {
      error(key, "%s.%s is missing".formatted(path, key));
    }
    return "";
  }

  @Override
  public @Nullable String choice(String key, List<String> words) {
    String text = text(key);
    if (text != null && !words.contains(text)) {
      error(
          key,
          "%s.%s must be one of %s, but is '%s'%s"
              .formatted(
                  path, key, String.join(", ", words), text, Problems.didYouMean(text, words)));
      return null;
    }
    return text;
  }

  @Override
  public boolean flag(String key, boolean otherwise) {
    Boolean flag = leaf(key, Boolean.class, "true or false");
    return flag == null ? otherwise : flag;
  }

  @Override
  public @Nullable Long whole(String key, long least, long most) {
    Long value = leaf(key, Long.class, "an integer");
    if (value != null && (value < least || value > most)) {
      error(
          key,
          "%s.%s must be between %d and %d, but is %d".formatted(path, key, least, most, value));
      return null;
    }
    return value;
  }

  @Override
  public @Nullable Double number(String key) {
    Number value = leaf(key, Number.class, "a number");
    if (value != null && !Double.isFinite(value.doubleValue())) {
      error(key, "%s.%s must be finite".formatted(path, key));
      return null;
    }
    return value == null ? null : value.doubleValue();
  }

  @Override
  public @Nullable CredentialLocation location(String key) {
    known.add(key);
    TomlNode node = table.entries().get(key);
    return switch (node) {
      case null -> null;
      case TomlNode.Leaf leaf -> location(path + "." + key, leaf);
      case TomlNode.Table pair -> either(key, pair);
      case TomlNode.Array _ -> {
        error(
            key,
            "%s.%s must be a string or a table {default, fallback}, but is an array"
                .formatted(path, key));
        yield null;
      }
    };
  }

  private @Nullable CredentialLocation either(String key, TomlNode.Table pair) {
    List<String> names = List.of("default", "fallback");
    pair.entries()
        .forEach(
            (name, node) -> {
              if (!names.contains(name)) {
                problems.error(
                    node.place(),
                    "unknown key '%s' in %s.%s%s"
                        .formatted(name, path, key, Problems.didYouMean(name, names)));
              }
            });
    CredentialLocation first = part(key, pair, "default");
    CredentialLocation fallback = part(key, pair, "fallback");
    return first == null || fallback == null
        ? null
        : new CredentialLocation.Either(first, fallback);
  }

  private @Nullable CredentialLocation part(String key, TomlNode.Table pair, String name) {
    String full = path + "." + key + "." + name;
    TomlNode node = pair.entries().get(name);
    if (node == null) {
      problems.error(pair.place(), "%s is missing".formatted(full));
      return null;
    }
    return location(full, node);
  }

  private @Nullable CredentialLocation location(String name, TomlNode node) {
    if (!(node instanceof TomlNode.Leaf leaf && leaf.value() instanceof String written)) {
      problems.error(node.place(), "%s must be a string, but is %s".formatted(name, node.kind()));
      return null;
    }
    try {
      CredentialLocation location = CredentialLocation.parse(written);
      if (location instanceof CredentialLocation.EnvironmentVariable variable
          && location.resolve(environment) == null) {
        problems.warning(
            node.place(),
            "%s: environment variable %s is not set, so calls will fail until it is"
                .formatted(name, variable.name()));
      }
      return location;
    } catch (IllegalArgumentException e) {
      problems.error(node.place(), "%s: %s".formatted(name, e.getMessage()));
      return null;
    }
  }
}
