package dev.pointsman.catalog;

import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * One table of the configuration, read key by key. Whatever is wrong is reported at its place and
 * reading goes on with the default, so that one run finds everything.
 */
final class Section {

  private final String path;
  private final TomlNode.Table table;
  private final Problems problems;
  private final Map<String, ConfigurationKeys.Key> keys;

  /**
   * A table whose keys are checked against those of its kind at once.
   *
   * @param path what the table is called in messages
   * @param kind a table of {@link ConfigurationKeys}
   */
  Section(String path, String kind, TomlNode.Table table, Problems problems) {
    this.path = path;
    this.table = table;
    this.problems = problems;
    this.keys = keysOf(kind);
    checkKeys(Set.of());
  }

  /** A table some of whose keys are read by somebody else, who checks what is unknown. */
  Section(
      String path,
      String kind,
      TomlNode.Table table,
      Problems problems,
      Collection<String> foreignKeys) {
    this.path = path;
    this.table = table;
    this.problems = problems;
    this.keys = keysOf(kind);
    checkKeys(foreignKeys);
  }

  private static Map<String, ConfigurationKeys.Key> keysOf(String kind) {
    Map<String, ConfigurationKeys.Key> keys = ConfigurationKeys.TABLES.get(kind);
    if (keys == null) {
      throw new IllegalArgumentException("no keys are declared for tables of kind " + kind);
    }
    return keys;
  }

  private void checkKeys(Collection<String> foreignKeys) {
    table
        .entries()
        .forEach(
            (name, node) -> {
              ConfigurationKeys.Key key = keys.get(name);
              if (foreignKeys.contains(name)) {
                return;
              }
              if (key == null) {
                reportUnknown(name, node, foreignKeys);
              } else if (!asksForNothing(key, node)) {
                reportSupport(key, node);
              }
            });
  }

  private void reportUnknown(String name, TomlNode node, Collection<String> foreignKeys) {
    Set<String> known =
        keys.values().stream().map(ConfigurationKeys.Key::name).collect(Collectors.toSet());
    known.addAll(foreignKeys);
    problems.error(
        node.place(),
        "unknown key '%s'%s".formatted(name, in()) + Problems.didYouMean(name, known));
  }

  private void reportSupport(ConfigurationKeys.Key key, TomlNode node) {
    switch (key.support()) {
      case READ, NO_EFFECT -> {}
      case WARNED ->
          problems.warning(
              node.place(),
              "%s is not supported yet and has no effect: %s"
                  .formatted(path(key.name()), key.advice()));
      case REFUSED ->
          problems.error(
              node.place(),
              "%s is not supported yet: %s".formatted(path(key.name()), key.advice()));
    }
  }

  private static boolean asksForNothing(ConfigurationKeys.Key key, TomlNode node) {
    return key.harmless() != null
        && node instanceof TomlNode.Leaf leaf
        && key.harmless().equals(leaf.value());
  }

  private String in() {
    return path.isEmpty() ? "" : " in " + path;
  }

  /** The dotted name of a key of this table. */
  String path(String key) {
    return path.isEmpty() ? key : path + "." + key;
  }

  SourcePlace place() {
    return table.place();
  }

  /** Where a key's value stands, or the table when the key is not there. */
  SourcePlace place(String key) {
    TomlNode node = table.entries().get(key);
    return node == null ? table.place() : node.place();
  }

  boolean has(String key) {
    return table.entries().containsKey(key);
  }

  void error(String key, String message) {
    problems.error(place(key), message);
  }

  void warning(String key, String message) {
    problems.warning(place(key), message);
  }

  /** The node of a key that is read; asking for any other one is a mistake in the program. */
  @Nullable TomlNode node(String key) {
    ConfigurationKeys.Key declared = keys.get(key);
    if (declared == null || declared.support() != ConfigurationKeys.Support.READ) {
      throw new IllegalArgumentException(path(key) + " is not declared as a key that is read");
    }
    return table.entries().get(key);
  }

  void mistyped(TomlNode node, String key, String expected) {
    problems.error(
        node.place(), "%s must be %s, but is %s".formatted(path(key), expected, node.kind()));
  }

  private <T> @Nullable T leaf(String key, Class<T> type, String expected) {
    TomlNode node = node(key);
    if (node == null) {
      return null;
    }
    if (node instanceof TomlNode.Leaf leaf && type.isInstance(leaf.value())) {
      return type.cast(leaf.value());
    }
    mistyped(node, key, expected);
    return null;
  }

  @Nullable String text(String key) {
    return leaf(key, String.class, "a string");
  }

  String text(String key, String otherwise) {
    String text = text(key);
    return text == null ? otherwise : text;
  }

  /** A text that must be there and not empty; null after an error was reported. */
  @Nullable String requiredText(String key) {
    if (!has(key)) {
      missing(key);
      return null;
    }
    String text = text(key);
    if (text != null && text.isBlank()) {
      error(key, path(key) + " must not be empty");
      return null;
    }
    return text;
  }

  void missing(String key) {
    problems.error(place(), "%s is missing".formatted(path(key)));
  }

  /** One of some words; null when the key is not there or an error was reported. */
  @Nullable String choice(String key, List<String> words) {
    String text = text(key);
    if (text != null && !words.contains(text)) {
      error(
          key,
          "%s must be one of %s, but is '%s'%s"
              .formatted(
                  path(key), String.join(", ", words), text, Problems.didYouMean(text, words)));
      return null;
    }
    return text;
  }

  boolean flag(String key, boolean otherwise) {
    Boolean flag = flag(key);
    return flag == null ? otherwise : flag;
  }

  @Nullable Boolean flag(String key) {
    return leaf(key, Boolean.class, "true or false");
  }

  /** A whole number within bounds, both included; null when absent or wrong. */
  @Nullable Long whole(String key, long least, long most) {
    Long value = leaf(key, Long.class, "an integer");
    if (value != null && (value < least || value > most)) {
      error(
          key,
          most == Long.MAX_VALUE || most == Integer.MAX_VALUE
              ? "%s must be >= %d, but is %d".formatted(path(key), least, value)
              : "%s must be between %d and %d, but is %d".formatted(path(key), least, most, value));
      return null;
    }
    return value;
  }

  long whole(String key, long least, long most, long otherwise) {
    Long value = whole(key, least, most);
    return value == null ? otherwise : value;
  }

  /** A number, written with or without a point; null when absent, no number or not finite. */
  @Nullable Double number(String key) {
    TomlNode node = node(key);
    return node == null ? null : number(key, node);
  }

  @Nullable Double number(String key, TomlNode node) {
    if (node instanceof TomlNode.Leaf leaf && leaf.value() instanceof Number number) {
      double value = number.doubleValue();
      if (Double.isFinite(value)) {
        return value;
      }
      problems.error(node.place(), "%s must be finite, but is %s".formatted(path(key), value));
      return null;
    }
    mistyped(node, key, "a number");
    return null;
  }

  /** A number within bounds, both included. */
  double number(String key, double least, double most, double otherwise) {
    Double value = number(key);
    if (value == null) {
      return otherwise;
    }
    if (value < least || value > most) {
      error(
          key,
          Double.isInfinite(most)
              ? "%s must be >= %s, but is %s".formatted(path(key), least, value)
              : "%s must be between %s and %s, but is %s".formatted(path(key), least, most, value));
      return otherwise;
    }
    return value;
  }

  /** A text turned into a value; the parser says in its exception what it would accept. */
  <T> @Nullable T parsed(String key, Function<String, T> parser) {
    String text = text(key);
    if (text == null) {
      return null;
    }
    try {
      return parser.apply(text);
    } catch (IllegalArgumentException e) {
      error(key, "%s: %s".formatted(path(key), e.getMessage()));
      return null;
    }
  }

  /** The texts of an array, each with its place; empty when absent. */
  List<TomlNode.Leaf> textItems(String key) {
    TomlNode node = node(key);
    List<TomlNode.Leaf> texts = new ArrayList<>();
    if (node == null) {
      return texts;
    }
    if (!(node instanceof TomlNode.Array array)) {
      mistyped(node, key, "an array of strings");
      return texts;
    }
    for (TomlNode item : array.items()) {
      if (item instanceof TomlNode.Leaf leaf && leaf.value() instanceof String) {
        texts.add(leaf);
      } else {
        problems.error(
            item.place(),
            "%s must hold strings only, but holds %s".formatted(path(key), item.kind()));
      }
    }
    return texts;
  }

  List<String> texts(String key) {
    return textItems(key).stream().map(leaf -> (String) leaf.value()).toList();
  }

  /** The names in an array that exist; unknown and repeated ones are reported. */
  List<String> names(String key, String what, Collection<String> known) {
    List<String> names = new ArrayList<>();
    for (TomlNode.Leaf leaf : textItems(key)) {
      String name = (String) leaf.value();
      if (!known.contains(name)) {
        problems.error(leaf.place(), unknown(key, what, name, known));
      } else if (names.contains(name)) {
        problems.error(leaf.place(), "%s names '%s' twice".formatted(path(key), name));
      } else {
        names.add(name);
      }
    }
    return names;
  }

  String unknown(String key, String what, String name, Collection<String> known) {
    return "%s: there is no %s '%s'%s"
        .formatted(path(key), what, name, Problems.didYouMean(name, known));
  }

  /** A table under a key, its keys checked; null when absent or no table. */
  @Nullable Section child(String key, String kind) {
    return child(key, _ -> kind);
  }

  /** A table under a key whose kind is found by looking at it. */
  @Nullable Section child(String key, Function<TomlNode.Table, @Nullable String> kind) {
    TomlNode node = node(key);
    if (node == null) {
      return null;
    }
    if (!(node instanceof TomlNode.Table child)) {
      mistyped(node, key, "a table");
      return null;
    }
    String found = kind.apply(child);
    return found == null ? null : new Section(path(key), found, child, problems);
  }

  /** The tables under a key by the names people gave them, in name order. */
  Map<String, TomlNode.Table> named(String key) {
    Map<String, TomlNode.Table> tables = new TreeMap<>();
    TomlNode node = node(key);
    if (node == null) {
      return tables;
    }
    if (!(node instanceof TomlNode.Table parent)) {
      mistyped(node, key, "a table of tables");
      return tables;
    }
    parent
        .entries()
        .forEach(
            (name, child) -> {
              if (!(child instanceof TomlNode.Table table)) {
                problems.error(
                    child.place(),
                    "%s.%s must be a table, but is %s".formatted(path(key), name, child.kind()));
              } else if (name.isBlank()) {
                problems.error(child.place(), "a name in %s is empty".formatted(path(key)));
              } else if (name.startsWith("tensorzero::")) {
                problems.error(
                    child.place(),
                    "%s.%s: names that begin with tensorzero:: are reserved"
                        .formatted(path(key), name));
              } else {
                tables.put(name, table);
              }
            });
    return tables;
  }

  /** The tables under a key as sections of one kind, in name order. */
  Map<String, Section> namedSections(String key, String kind) {
    Map<String, Section> sections = new LinkedHashMap<>();
    named(key)
        .forEach(
            (name, table) ->
                sections.put(name, new Section(path(key) + "." + name, kind, table, problems)));
    return sections;
  }

  /** The tables of an array as sections of one kind. */
  List<Section> items(String key, String kind) {
    List<Section> sections = new ArrayList<>();
    TomlNode node = node(key);
    if (node == null) {
      return sections;
    }
    if (!(node instanceof TomlNode.Array array)) {
      mistyped(node, key, "an array of tables");
      return sections;
    }
    for (TomlNode item : array.items()) {
      if (item instanceof TomlNode.Table child) {
        sections.add(new Section(path(key) + "[" + sections.size() + "]", kind, child, problems));
      } else {
        problems.error(
            item.place(),
            "%s must hold tables only, but holds %s".formatted(path(key), item.kind()));
      }
    }
    return sections;
  }

  Problems problems() {
    return problems;
  }

  TomlNode.Table table() {
    return table;
  }
}
