package dev.pointsman.catalog;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.tomlj.TomlArray;
import org.tomlj.TomlPosition;
import org.tomlj.TomlTable;

/** A value of a TOML file with its place, so that trees of several files can be merged. */
sealed interface TomlNode {

  SourcePlace place();

  /** What a person would call the kind of value. */
  String kind();

  /** A table; {@code source} is the parsed table it was made of. */
  record Table(SourcePlace place, Map<String, TomlNode> entries, TomlTable source)
      implements TomlNode {
    @Override
    public String kind() {
      return "a table";
    }
  }

  /** An array. */
  record Array(SourcePlace place, List<TomlNode> items) implements TomlNode {
    @Override
    public String kind() {
      return "an array";
    }
  }

  /** Anything else: text, number, boolean, date or time. */
  record Leaf(SourcePlace place, Object value) implements TomlNode {
    @Override
    public String kind() {
      return switch (value) {
        case String _ -> "a string";
        case Long _ -> "an integer";
        case Double _ -> "a float";
        case Boolean _ -> "a boolean";
        default -> "a date or time";
      };
    }
  }

  /** The tree of a parsed table. */
  static Table of(TomlTable table, SourcePlace place) {
    Map<String, TomlNode> entries = new LinkedHashMap<>();
    for (Map.Entry<String, Object> entry : table.entrySet()) {
      TomlPosition position = table.inputPositionOf(List.of(entry.getKey()));
      entries.put(entry.getKey(), ofValue(entry.getValue(), place(place.file(), position)));
    }
    return new Table(place, entries, table);
  }

  private static TomlNode ofValue(Object value, SourcePlace place) {
    return switch (value) {
      case TomlTable table -> of(table, place);
      case TomlArray array -> {
        List<TomlNode> items = new ArrayList<>(array.size());
        for (int i = 0; i < array.size(); i++) {
          items.add(ofValue(array.get(i), place(place.file(), array.inputPositionOf(i))));
        }
        yield new Array(place, items);
      }
      default -> new Leaf(place, value);
    };
  }

  private static SourcePlace place(String file, @Nullable TomlPosition position) {
    return position == null
        ? SourcePlace.file(file)
        : new SourcePlace(file, position.line(), position.column());
  }

  /**
   * One table of two: tables of the same name are merged, and any other key that both have is an
   * error. A provider's table must be whole in one file.
   */
  static Table merge(List<String> path, Table first, Table second, Problems problems) {
    Map<String, TomlNode> entries = new LinkedHashMap<>(first.entries());
    second
        .entries()
        .forEach(
            (key, node) -> {
              TomlNode there = entries.get(key);
              List<String> keyPath = Stream.concat(path.stream(), Stream.of(key)).toList();
              if (there == null) {
                entries.put(key, node);
              } else if (there instanceof Table a
                  && node instanceof Table b
                  && !isProvider(keyPath)) {
                entries.put(key, merge(keyPath, a, b, problems));
              } else {
                problems.error(
                    node.place(),
                    "%s is already set at %s: keep one of the two"
                        .formatted(String.join(".", keyPath), there.place()));
              }
            });
    return new Table(first.place(), entries, first.source());
  }

  private static boolean isProvider(List<String> path) {
    return path.size() == 4 && path.get(0).equals("models") && path.get(2).equals("providers");
  }
}
