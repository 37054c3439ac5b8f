package dev.pointsman.eventstore;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The statement of a page of inferences. Its pieces are resources, put together by the shape of the
 * filter; whatever a caller wrote is a bound value. Each piece gets a suffix of its own for its
 * parameters and aliases, so that the same piece can occur more than once.
 */
final class PageStatement {

  private final Dialect dialect;
  private final Map<String, @Nullable Object> values = new HashMap<>();
  private final List<String> joins = new ArrayList<>();
  private int pieces;

  private PageStatement(Dialect dialect) {
    this.dialect = dialect;
  }

  /** A statement with the values to bind. */
  record Bound(NamedSql sql, Map<String, @Nullable Object> values) {}

  static Bound of(Dialect dialect, InferencePage page) {
    PageStatement made = new PageStatement(dialect);
    String condition = made.conditions(page);
    String order = made.order(page);
    made.values.put("page", page.size());
    made.values.put(
        "skip", page.start() instanceof InferencePage.Skipping skipping ? skipping.rows() : 0);
    Map<String, String> parts =
        Map.of("joins", String.join("\n", made.joins), "condition", condition, "order", order);
    return new Bound(NamedSql.composed(dialect, "inference_keys", parts), made.values);
  }

  /** Whether the statement's order is the opposite of the page's. */
  static boolean reversed(InferencePage page) {
    return switch (page.start()) {
      case InferencePage.Skipping skipping -> false;
      case InferencePage.Before before -> oldestFirst(page);
      case InferencePage.After after -> !oldestFirst(page);
    };
  }

  private static boolean oldestFirst(InferencePage page) {
    return !page.order().isEmpty() && page.order().getFirst().ascending();
  }

  private String conditions(InferencePage page) {
    List<String> all = new ArrayList<>();
    all.add(condition(page.filter()));
    if (page.search() != null) {
      all.add(piece("condition_search", Map.of(), Map.of("text", page.search())));
    }
    switch (page.start()) {
      case InferencePage.Skipping skipping -> {}
      case InferencePage.Before before -> all.add(beside("condition_before", before.key()));
      case InferencePage.After after -> all.add(beside("condition_after", after.key()));
    }
    return all.stream().collect(Collectors.joining(") AND (", "(", ")"));
  }

  private String beside(String name, InferenceKey key) {
    return piece(name, Map.of(), Map.of("time", key.startedAt(), "id", key.inferenceId()));
  }

  private String condition(InferenceFilter filter) {
    return switch (filter) {
      case InferenceFilter.AllOf all -> joined(all.children(), ") AND (", "1 = 1");
      case InferenceFilter.AnyOf any -> joined(any.children(), ") OR (", "1 = 0");
      case InferenceFilter.Not not -> "NOT (" + condition(not.child()) + ")";
      case InferenceFilter.Ids ids ->
          ids.inferenceIds().isEmpty()
              ? "1 = 0"
              : piece("condition_ids", listed(ids.inferenceIds()));
      case InferenceFilter.OfFunction of -> piece("condition_function", of.name());
      case InferenceFilter.OfVariant of -> piece("condition_variant", of.name());
      case InferenceFilter.OfEpisode of -> piece("condition_episode", of.episodeId());
      case InferenceFilter.Served served -> piece("condition_served", Map.of(), Map.of());
      case InferenceFilter.InSegment in -> piece("condition_segment", in.segment());
      case InferenceFilter.InLane in -> piece("condition_lane", in.lane());
      case InferenceFilter.OfKey of -> piece("condition_key", of.keyId());
      case InferenceFilter.Ended ended -> piece("condition_outcome", ended.ending().label());
      case InferenceFilter.Explored explored -> piece("condition_explored", explored.explored());
      case InferenceFilter.Tag tag ->
          piece(
              tag.equal() ? "condition_tag" : "condition_tag_other",
              Map.of(),
              Map.of("key", tag.key(), "value", tag.value()));
      case InferenceFilter.StartedAt started ->
          piece(
              "condition_time",
              Map.of("comparison", started.comparison().operator()),
              Map.of("value", started.time()));
      case InferenceFilter.BooleanMetric is ->
          piece(
              "condition_boolean_metric_" + is.metric().level().label(),
              Map.of(),
              metric(is.metric(), is.value()));
      case InferenceFilter.FloatMetric is ->
          piece(
              "condition_float_metric_" + is.metric().level().label(),
              Map.of("comparison", is.comparison().operator()),
              metric(is.metric(), is.value()));
      case InferenceFilter.Demonstrated demonstrated ->
          piece("condition_demonstration", Map.of(), Map.of());
    };
  }

  private String joined(List<InferenceFilter> children, String word, String whenEmpty) {
    return children.isEmpty()
        ? whenEmpty
        : children.stream().map(this::condition).collect(Collectors.joining(word, "(", ")"));
  }

  private static Map<String, Object> metric(InferenceFilter.Metric metric, Object value) {
    return Map.of("metric", metric.name(), "level", metric.level().label(), "value", value);
  }

  private String order(InferencePage page) {
    boolean oldestFirst =
        switch (page.start()) {
          case InferencePage.Skipping skipping -> false;
          case InferencePage.Before before -> false;
          case InferencePage.After after -> true;
        };
    List<String> criteria = new ArrayList<>();
    if (page.start() instanceof InferencePage.Skipping) {
      page.order().forEach(order -> criteria.add(criterion(order, page.search())));
    }
    criteria.add(piece("order_last", Map.of("direction", direction(oldestFirst)), Map.of()));
    return String.join(", ", criteria);
  }

  private String criterion(InferencePage.Order order, @Nullable String search) {
    Map<String, String> direction = Map.of("direction", direction(order.ascending()));
    return switch (order) {
      case InferencePage.ByTime time -> piece("order_time", direction, Map.of());
      case InferencePage.ByMetric by -> {
        InferenceFilter.Metric metric = by.metric();
        String level = metric.level().label();
        joins.add(
            piece(
                "join_metric",
                Map.of("target", level + "_id"),
                Map.of("metric", metric.name(), "level", level)));
        yield sameSuffix("order_metric", direction);
      }
      case InferencePage.ByRelevance by -> {
        joins.add(piece("join_relevance", Map.of(), Map.of("text", String.valueOf(search))));
        yield sameSuffix("order_relevance", direction);
      }
    };
  }

  private static String direction(boolean ascending) {
    return ascending ? "ASC" : "DESC";
  }

  private String piece(String name, Object value) {
    return piece(name, Map.of(), Map.of("value", value));
  }

  private String piece(
      String name, Map<String, String> identifiers, Map<String, ? extends Object> parameters) {
    pieces++;
    parameters.forEach((parameter, value) -> values.put(parameter + "_" + suffix(), value));
    return sameSuffix(name, identifiers);
  }

  private String sameSuffix(String name, Map<String, String> identifiers) {
    Map<String, String> all = new HashMap<>(identifiers);
    all.put("n", suffix());
    return NamedSql.piece(dialect, name, all);
  }

  /** The number of the piece in letters, since parameters are made of letters. */
  private String suffix() {
    return Integer.toString(pieces)
        .chars()
        .mapToObj(digit -> String.valueOf((char) ('a' + digit - '0')))
        .collect(Collectors.joining());
  }

  /** Ids as one value, since not every driver binds lists. */
  static String listed(List<UUID> ids) {
    return ids.stream().map(UUID::toString).collect(Collectors.joining(","));
  }
}
