package dev.pointsman.dashboard.query;

import com.fasterxml.jackson.databind.JsonNode;
import dev.pointsman.catalog.FunctionCatalog;
import dev.pointsman.catalog.MetricDefinition;
import dev.pointsman.catalog.NearestName;
import dev.pointsman.chat.json.FieldException;
import dev.pointsman.chat.json.Json;
import dev.pointsman.chat.json.JsonFields;
import dev.pointsman.eventlog.FeedbackEvent;
import dev.pointsman.eventstore.InferenceFilter;
import dev.pointsman.eventstore.InferenceFilter.Comparison;
import dev.pointsman.eventstore.InferencePage;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * What {@code POST /v1/inferences/list_inferences} asks for, read and checked.
 *
 * @param functionName the function asked for, null for all
 * @param filter which inferences, the function among the conditions
 * @param search as it occurs in stored texts, null when nothing is searched
 * @param before the row that the page ends at, on the earlier side
 * @param after the row that the page begins at, on the later side
 * @param limit null when it was not given
 */
public record InferenceRequest(
    @Nullable String functionName,
    InferenceFilter filter,
    @Nullable String search,
    List<InferencePage.Order> order,
    @Nullable UUID before,
    @Nullable UUID after,
    int offset,
    @Nullable Integer limit,
    OutputSource outputSource) {

  /** Rows of a page when no limit is given. */
  public static final int DEFAULT_LIMIT = 20;

  /** The most rows of a page. */
  public static final int MAX_LIMIT = 1_000;

  private static final int MAX_OFFSET = 1_000_000;
  private static final int MAX_ORDER = 5;
  private static final int MAX_SEARCH = 1_000;

  /**
   * Reads the fields; the caller refuses the others.
   *
   * @param mostRows the largest limit
   */
  public static InferenceRequest read(JsonFields body, FunctionCatalog catalog, int mostRows) {
    List<InferenceFilter> conditions = new ArrayList<>();
    String function = body.text("function_name");
    if (function != null) {
      conditions.add(new InferenceFilter.OfFunction(function));
    }
    String variant = body.text("variant_name");
    if (variant != null) {
      conditions.add(new InferenceFilter.OfVariant(variant));
    }
    UUID episode = body.uuid("episode_id");
    if (episode != null) {
      conditions.add(new InferenceFilter.OfEpisode(episode));
    }
    // `filter` is the name that older clients use.
    for (String name : List.of("filter", "filters")) {
      InferenceFilter filter = filters(catalog).read(body, name);
      if (filter != null) {
        conditions.add(filter);
      }
    }
    String search = search(body);
    Long limit = body.whole("limit", 0, mostRows);
    InferenceRequest request =
        new InferenceRequest(
            function,
            new InferenceFilter.AllOf(conditions),
            search,
            order(body, catalog, search),
            body.uuid("before"),
            body.uuid("after"),
            offset(body),
            limit == null ? null : limit.intValue(),
            OutputSource.read(body));
    request.checkPaging(body);
    return request;
  }

  private static FilterReading<InferenceFilter> filters(FunctionCatalog catalog) {
    return new FilterReading<>(
        new FilterReading.Maker<>() {
          @Override
          public InferenceFilter all(List<InferenceFilter> children) {
            return new InferenceFilter.AllOf(children);
          }

          @Override
          public InferenceFilter any(List<InferenceFilter> children) {
            return new InferenceFilter.AnyOf(children);
          }

          @Override
          public InferenceFilter not(InferenceFilter child) {
            return new InferenceFilter.Not(child);
          }
        },
        Map.of(
            "boolean_metric",
            node -> {
              node.required("value");
              return new InferenceFilter.BooleanMetric(
                  metric(node, "metric_name", catalog, MetricDefinition.Type.BOOLEAN),
                  node.flag("value", false));
            },
            "float_metric",
            node -> {
              node.required("value");
              Double value = node.number("value");
              return new InferenceFilter.FloatMetric(
                  metric(node, "metric_name", catalog, MetricDefinition.Type.FLOAT),
                  comparison(node),
                  value == null ? 0 : value);
            },
            "tag",
            node ->
                new InferenceFilter.Tag(
                    FilterReading.text(node, "key"),
                    FilterReading.text(node, "value"),
                    FilterReading.operator(node, "=", "!=").equals("=")),
            "time",
            node ->
                new InferenceFilter.StartedAt(comparison(node), FilterReading.time(node, "time")),
            "demonstration_feedback",
            node -> {
              node.required("has_demonstration");
              InferenceFilter has = new InferenceFilter.Demonstrated();
              return node.flag("has_demonstration", true) ? has : new InferenceFilter.Not(has);
            }));
  }

  private static Comparison comparison(JsonFields node) {
    return switch (FilterReading.operator(node)) {
      case "<" -> Comparison.LESS;
      case "<=" -> Comparison.LESS_OR_EQUAL;
      case ">" -> Comparison.GREATER;
      case ">=" -> Comparison.GREATER_OR_EQUAL;
      case "!=" -> Comparison.NOT_EQUAL;
      default -> Comparison.EQUAL;
    };
  }

  private static InferenceFilter.Metric metric(
      JsonFields node,
      String name,
      FunctionCatalog catalog,
      MetricDefinition.@Nullable Type wanted) {
    String written = node.requiredText(name);
    MetricDefinition metric = catalog.metrics().get(written);
    if (metric == null) {
      String meant = NearestName.of(written, catalog.metrics().keySet());
      throw new FieldException(
          node.pathOf(name),
          "`%s`: there is no metric %s%s"
              .formatted(
                  node.pathOf(name),
                  written.length() <= 100 ? written : written.substring(0, 100) + "…",
                  meant == null ? "" : " (did you mean %s?)".formatted(meant)));
    }
    if (wanted != null && metric.type() != wanted) {
      throw new FieldException(
          node.pathOf(name),
          "`%s`: metric %s is a %s metric"
              .formatted(
                  node.pathOf(name),
                  written,
                  metric.type() == MetricDefinition.Type.BOOLEAN ? "boolean" : "float"));
    }
    return new InferenceFilter.Metric(
        written,
        metric.level() == MetricDefinition.Level.INFERENCE
            ? FeedbackEvent.Target.INFERENCE
            : FeedbackEvent.Target.EPISODE);
  }

  /** What is searched, as it stands in stored JSON. */
  public static @Nullable String search(JsonFields body) {
    String text = body.text("search_query_experimental");
    if (text == null) {
      return null;
    }
    if (text.isEmpty() || text.length() > MAX_SEARCH) {
      throw new FieldException(
          body.pathOf("search_query_experimental"),
          "`search_query_experimental` must have 1 to %d characters".formatted(MAX_SEARCH));
    }
    String quoted = Json.text(Json.object().textNode(text));
    return quoted.substring(1, quoted.length() - 1);
  }

  private static int offset(JsonFields body) {
    Long offset = body.whole("offset", 0, MAX_OFFSET);
    return offset == null ? 0 : offset.intValue();
  }

  private static List<InferencePage.Order> order(
      JsonFields body, FunctionCatalog catalog, @Nullable String search) {
    List<InferencePage.Order> order = new ArrayList<>();
    for (JsonNode given : orderList(body)) {
      JsonFields criterion =
          JsonFields.of(body.pathOf("order_by[%d]".formatted(order.size())), given);
      String by = orderBy(criterion, search, "timestamp", "metric", "search_relevance");
      boolean ascending = ascending(criterion);
      order.add(
          switch (by) {
            case "metric" ->
                new InferencePage.ByMetric(metric(criterion, "name", catalog, null), ascending);
            case "search_relevance" -> new InferencePage.ByRelevance(ascending);
            default -> new InferencePage.ByTime(ascending);
          });
      criterion.rejectOthers();
    }
    return order;
  }

  /** The criteria of {@code order_by}, at most a few. */
  public static List<JsonNode> orderList(JsonFields body) {
    List<JsonNode> given = body.list("order_by");
    if (given.size() > MAX_ORDER) {
      throw new FieldException(
          body.pathOf("order_by"), "`order_by` has at most %d criteria".formatted(MAX_ORDER));
    }
    return given;
  }

  /** What a criterion goes by; relevance needs something searched. */
  public static String orderBy(JsonFields criterion, @Nullable String search, String... allowed) {
    criterion.required("by");
    String by = criterion.oneOf("by", allowed);
    if ("search_relevance".equals(by) && search == null) {
      throw new FieldException(
          criterion.pathOf("by"),
          "`%s`: search_relevance needs `search_query_experimental`"
              .formatted(criterion.pathOf("by")));
    }
    return by == null ? allowed[0] : by;
  }

  /** A criterion's direction. */
  public static boolean ascending(JsonFields criterion) {
    criterion.required("direction");
    return "ascending".equals(criterion.oneOf("direction", "ascending", "descending"));
  }

  private void checkPaging(JsonFields body) {
    if (before != null && after != null) {
      throw new FieldException("before", "Cannot specify both 'before' and 'after'");
    }
    if (before == null && after == null) {
      return;
    }
    if (body.has("offset")) {
      throw new FieldException(
          "offset", "Cannot use 'offset' with cursor pagination ('before' or 'after')");
    }
    if (!order.stream().allMatch(InferencePage.ByTime.class::isInstance)) {
      throw new FieldException(
          "order_by",
          "`order_by`: only ordering by timestamp is supported with 'before' and 'after'");
    }
  }
}
