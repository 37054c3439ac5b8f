package dev.pointsman.eventstore;

import java.util.Collection;
import java.util.List;
import java.util.SortedSet;
import java.util.TreeSet;

/**
 * The tags that rollups keep apart, as {@code store.rollup_tags} names them. Each value of each of
 * them multiplies the rows, so they are few.
 *
 * @param names in alphabetical order
 */
public record RollupTags(SortedSet<String> names) {

  /** Rollups that know no tags. */
  public static final RollupTags NONE = new RollupTags(new TreeSet<>());

  /** Separates names, and tags from each other, in a parameter. */
  static final String SEPARATOR = "\u001f";

  /** Tags of those names. */
  public static RollupTags of(Collection<String> names) {
    return new RollupTags(new TreeSet<>(names));
  }

  static RollupTags ofText(String text) {
    return text.isEmpty() ? NONE : of(List.of(text.split(SEPARATOR, -1)));
  }

  String text() {
    return String.join(SEPARATOR, names);
  }
}
