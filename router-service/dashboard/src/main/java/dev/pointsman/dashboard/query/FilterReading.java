package dev.pointsman.dashboard.query;

import com.fasterxml.jackson.databind.JsonNode;
import dev.pointsman.catalog.NearestName;
import dev.pointsman.chat.json.FieldException;
import dev.pointsman.chat.json.JsonFields;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Reads a filter: a tree of {@code and}, {@code or} and {@code not} over conditions that depend on
 * what is filtered. Its depth and its size are bounded.
 *
 * @param <F> what is made of it
 */
public final class FilterReading<F> {

  /** The deepest nesting. */
  public static final int MAX_DEPTH = 16;

  /** The most conditions, those that join others included. */
  public static final int MAX_NODES = 200;

  private static final int MAX_TEXT = 4_096;

  /** The latest moment that every store can tell from others. */
  static final Instant LATEST = Instant.parse("2199-12-31T23:59:59.999999Z");

  /** Makes filters. */
  public interface Maker<F> {
    /** All of them hold. */
    F all(List<F> children);

    /** One of them holds. */
    F any(List<F> children);

    /** It does not hold. */
    F not(F child);
  }

  /** Reads one condition of its type's fields. */
  @FunctionalInterface
  public interface Condition<F> {
    /** The condition. */
    F of(JsonFields node);
  }

  private final Maker<F> maker;
  private final Map<String, Condition<F>> conditions;
  private int nodes;

  /**
   * Of the conditions by their {@code type}; good for one filter.
   *
   * @param maker joins them
   */
  public FilterReading(Maker<F> maker, Map<String, Condition<F>> conditions) {
    this.maker = maker;
    this.conditions = conditions;
  }

  /** The filter in a field, null when absent. */
  public @Nullable F read(JsonFields fields, String name) {
    JsonNode filter = fields.any(name);
    return filter == null ? null : node(filter, fields.pathOf(name), 1);
  }

  private F node(JsonNode value, String path, int depth) {
    JsonFields node = JsonFields.of(path, value);
    nodes++;
    if (depth > MAX_DEPTH || nodes > MAX_NODES) {
      throw new FieldException(
          path,
          "`%s` is too much: a filter has at most %d conditions, nested at most %d deep"
              .formatted(path, MAX_NODES, MAX_DEPTH));
    }
    String type = node.requiredText("type");
    F read =
        switch (type) {
          case "and" -> maker.all(children(node, depth));
          case "or" -> maker.any(children(node, depth));
          case "not" -> maker.not(node(node.required("child"), node.pathOf("child"), depth + 1));
          default -> condition(node, type).of(node);
        };
    node.rejectOthers();
    return read;
  }

  private List<F> children(JsonFields node, int depth) {
    node.required("children");
    List<F> children = new ArrayList<>();
    for (JsonNode child : node.list("children")) {
      children.add(node(child, node.pathOf("children[%d]".formatted(children.size())), depth + 1));
    }
    return children;
  }

  private Condition<F> condition(JsonFields node, String type) {
    Condition<F> condition = conditions.get(type);
    if (condition == null) {
      List<String> known = new ArrayList<>(List.of("and", "or", "not"));
      conditions.keySet().stream().sorted().forEach(known::add);
      throw unknown(node.pathOf("type"), type, known);
    }
    return condition;
  }

  /** The error of a word that is none of a few. */
  static FieldException unknown(String path, String word, List<String> known) {
    String meant = NearestName.of(word, known);
    return new FieldException(
        path,
        "`%s` must be one of %s, but is `%s`%s"
            .formatted(
                path,
                String.join(", ", known),
                word.length() <= 100 ? word : word.substring(0, 100) + "…",
                meant == null ? "" : " (did you mean `%s`?)".formatted(meant)));
  }

  /** A text that must be there and not be endless. */
  public static String text(JsonFields node, String name) {
    String text = node.requiredText(name);
    if (text.length() > MAX_TEXT) {
      throw new FieldException(
          node.pathOf(name),
          "`%s` is longer than %d characters".formatted(node.pathOf(name), MAX_TEXT));
    }
    return storable(node.pathOf(name), text);
  }

  /** A text that every store can hold: PostgreSQL has no character 0. */
  public static String storable(String path, String text) {
    if (text.indexOf('\0') >= 0) {
      throw new FieldException(path, "`%s` holds the character U+0000".formatted(path));
    }
    return text;
  }

  /** Which of a comparison's operators is meant. */
  public static String operator(JsonFields node, String... allowed) {
    node.required("comparison_operator");
    String operator = node.oneOf("comparison_operator", allowed);
    return operator == null ? allowed[0] : operator;
  }

  /** The six operators of numbers and times. */
  public static String operator(JsonFields node) {
    return operator(node, "<", "<=", "=", ">", ">=", "!=");
  }

  /** A moment as RFC 3339 writes it, to the microsecond. */
  public static Instant time(JsonFields node, String name) {
    String text = node.requiredText(name);
    try {
      Instant time = OffsetDateTime.parse(text).toInstant().truncatedTo(ChronoUnit.MICROS);
      if (time.isBefore(Instant.EPOCH) || time.isAfter(LATEST)) {
        throw new DateTimeException("out of range");
      }
      return time;
    } catch (DateTimeException e) {
      throw new FieldException(
          node.pathOf(name),
          "`%s` must be a time of 1970 to 2199 such as 2026-11-25T12:00:00Z"
              .formatted(node.pathOf(name)));
    }
  }
}
