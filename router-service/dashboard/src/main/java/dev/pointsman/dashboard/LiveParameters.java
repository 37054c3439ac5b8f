package dev.pointsman.dashboard;

import dev.pointsman.catalog.NearestName;
import dev.pointsman.eventlog.InferenceEvent.Ending;
import dev.pointsman.report.LiveDecision;
import dev.pointsman.report.LiveQuery;
import io.micronaut.http.HttpParameters;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * The live table's filters as addresses write them, the same for the page and for {@code
 * /api/inferences}. An empty value is no filter, since a form sends every field.
 *
 * @param query what they ask for
 */
public record LiveParameters(LiveQuery query) {

  private static final List<String> NAMES =
      List.of(
          "function",
          "variant",
          "segment",
          "lane",
          "tag",
          "key",
          "outcome",
          "explored",
          "before",
          "limit");

  /**
   * The filters in a request's parameters.
   *
   * @param size rows when no limit is given
   * @throws IllegalArgumentException saying which parameter is wrong
   */
  static LiveParameters of(HttpParameters given, int size) {
    for (String name : given.names()) {
      if (!NAMES.contains(name)) {
        String meant = NearestName.of(name, NAMES);
        throw new IllegalArgumentException(
            "unknown parameter %s%s: there are %s"
                .formatted(
                    name.length() <= 100 ? name : name.substring(0, 100) + "…",
                    meant == null ? "" : " (did you mean %s?)".formatted(meant),
                    String.join(", ", NAMES)));
      }
      if (!name.equals("tag") && given.getAll(name).size() > 1) {
        throw new IllegalArgumentException(
            "parameter %s is there more than once; only tag may be".formatted(name));
      }
    }
    List<String> tags = new ArrayList<>(given.getAll("tag"));
    tags.removeIf(String::isEmpty);
    return new LiveParameters(
        new LiveQuery(
            text(given, "function"),
            text(given, "variant"),
            text(given, "segment"),
            text(given, "lane"),
            tags,
            text(given, "key"),
            outcome(text(given, "outcome")),
            explored(text(given, "explored")),
            before(text(given, "before")),
            limit(text(given, "limit"), size)));
  }

  private static @Nullable String text(HttpParameters given, String name) {
    String value = given.get(name);
    return value == null || value.isEmpty() ? null : value;
  }

  private static @Nullable Ending outcome(@Nullable String word) {
    if (word == null) {
      return null;
    }
    for (Ending ending : Ending.values()) {
      if (ending.label().equals(word)) {
        return ending;
      }
    }
    throw new IllegalArgumentException("outcome must be answered, failed, abandoned or truncated");
  }

  private static @Nullable Boolean explored(@Nullable String word) {
    return switch (word) {
      case null -> null;
      case "true" -> true;
      case "false" -> false;
      default -> throw new IllegalArgumentException("explored must be true or false");
    };
  }

  private static @Nullable UUID before(@Nullable String id) {
    try {
      return id == null ? null : UUID.fromString(id);
    } catch (IllegalArgumentException malformed) {
      throw new IllegalArgumentException("before must be an inference id", malformed);
    }
  }

  private static int limit(@Nullable String number, int otherwise) {
    if (number == null) {
      return otherwise;
    }
    if (!number.matches("[0-9]{1,4}")) {
      throw new IllegalArgumentException("limit must be 1 to %d".formatted(LiveQuery.MAX_SIZE));
    }
    return Integer.parseInt(number);
  }

  /** The value of a filter that is one text, "" when it is not set. */
  public String value(String name) {
    return filters().stream()
        .filter(filter -> filter.getKey().equals(name))
        .map(Map.Entry::getValue)
        .findFirst()
        .orElse("");
  }

  /** Whether any row is left out. */
  public boolean filtered() {
    return !filters().isEmpty();
  }

  /** The query part of the address of the page behind the last of these rows. */
  public String older(List<LiveDecision> rows) {
    return "?before=" + rows.getLast().inferenceId() + encoded('&');
  }

  /** The query part of the address of these filters. */
  public String address() {
    return encoded('?');
  }

  private String encoded(char first) {
    StringBuilder address = new StringBuilder();
    for (Map.Entry<String, String> filter : filters()) {
      address
          .append(address.isEmpty() ? first : '&')
          .append(filter.getKey())
          .append('=')
          .append(URLEncoder.encode(filter.getValue(), StandardCharsets.UTF_8));
    }
    return address.toString();
  }

  /** The words that {@code outcome} may be. */
  public static List<String> outcomes() {
    return Arrays.stream(Ending.values()).map(Ending::label).toList();
  }

  private List<Map.Entry<String, String>> filters() {
    Map<String, @Nullable Object> single = new LinkedHashMap<>();
    single.put("function", query.function());
    single.put("variant", query.variant());
    single.put("segment", query.segment());
    single.put("lane", query.lane());
    single.put("key", query.key());
    single.put("outcome", query.outcome() == null ? null : query.outcome().label());
    single.put("explored", query.explored());
    List<Map.Entry<String, String>> filters = new ArrayList<>();
    single.forEach(
        (name, value) -> {
          if (value != null) {
            filters.add(Map.entry(name, value.toString()));
          }
        });
    query.tags().forEach(tag -> filters.add(Map.entry("tag", tag)));
    return filters;
  }
}
