package dev.pointsman.dashboard.datasets;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.pointsman.chat.json.FieldException;
import dev.pointsman.chat.json.Json;
import dev.pointsman.chat.json.JsonFields;
import dev.pointsman.control.Datapoint;
import dev.pointsman.control.DatapointFilter;
import dev.pointsman.control.DatapointFilter.Comparison;
import dev.pointsman.control.DatapointGoneException;
import dev.pointsman.control.DatapointQuery;
import dev.pointsman.control.Datasets;
import dev.pointsman.dashboard.query.FilterReading;
import dev.pointsman.dashboard.query.InferenceRequest;
import dev.pointsman.dashboard.query.OutputSource;
import dev.pointsman.dashboard.query.QueryRefusedException;
import dev.pointsman.dashboard.query.StoredInferences;
import dev.pointsman.routing.IdSource;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Does what the requests of TensorZero's dataset paths ask for. */
public final class DatasetWork {

  private static final int MAX_DATAPOINTS = 1_000;
  private static final int MAX_FROM_INFERENCES = 10_000;
  private static final int MAX_OFFSET = 1_000_000;
  private static final int MAX_DATASET_NAME = 256;

  private final Datasets datasets;
  private final StoredInferences inferences;
  private final IdSource ids;

  /**
   * Over the datasets of a control store.
   *
   * @param ids mints datapoints' ids and times
   */
  public DatasetWork(Datasets datasets, StoredInferences inferences, IdSource ids) {
    this.datasets = datasets;
    this.inferences = inferences;
    this.ids = ids;
  }

  /** {@code POST /v1/datasets/{name}/datapoints}. */
  JsonNode create(String dataset, JsonFields body) {
    DatapointRequests requests = requests(dataset);
    List<JsonFields> given = datapoints(body);
    body.rejectOthers();
    List<Datapoint> fresh = given.stream().map(one -> requests.create(ids.next(), one)).toList();
    datasets.add(fresh);
    return ids(fresh.stream().map(Datapoint::id).toList());
  }

  /** {@code PATCH /v1/datasets/{name}/datapoints}. */
  JsonNode change(String dataset, JsonFields body) {
    DatapointRequests requests = requests(dataset);
    Map<UUID, JsonFields> changes = byId(body);
    body.rejectOthers();
    Map<UUID, Datapoint> old = counting(dataset, changes.keySet());
    Map<UUID, Datapoint> fresh = new LinkedHashMap<>();
    changes.forEach(
        (id, fields) ->
            fresh.put(id, requests.change(ids.next(), present(dataset, old, id), fields)));
    unlessGone(dataset, () -> datasets.replace(fresh));
    return ids(fresh.values().stream().map(Datapoint::id).toList());
  }

  /** {@code PATCH /v1/datasets/{name}/datapoints/metadata}. */
  JsonNode rename(String dataset, JsonFields body) {
    checkName(dataset);
    Map<UUID, JsonFields> changes = byId(body);
    body.rejectOthers();
    Map<UUID, Datapoint> old = counting(dataset, changes.keySet());
    Map<UUID, @Nullable String> names = new LinkedHashMap<>();
    changes.forEach(
        (id, fields) -> {
          Datapoint before = present(dataset, old, id);
          names.put(id, fields.isGiven("name") ? DatapointRequests.name(fields) : before.name());
          fields.rejectOthers();
        });
    unlessGone(dataset, () -> datasets.rename(dataset, names, ids.now()));
    return ids(List.copyOf(changes.keySet()));
  }

  /** {@code DELETE /v1/datasets/{name}/datapoints}. */
  JsonNode delete(String dataset, JsonFields body) {
    checkName(dataset);
    List<UUID> given = givenIds(body);
    body.rejectOthers();
    if (given.isEmpty()) {
      throw new FieldException("ids", "`ids` must be a non-empty list");
    }
    return deleted(datasets.delete(dataset, new HashSet<>(given), ids.now()));
  }

  /** {@code DELETE /v1/datasets/{name}}. */
  JsonNode delete(String dataset) {
    checkName(dataset);
    return deleted(datasets.delete(dataset, ids.now()));
  }

  private static JsonNode deleted(long count) {
    return Json.object().put("num_deleted_datapoints", count);
  }

  /** {@code POST /v1/datasets/{name}/from_inferences}. */
  JsonNode fromInferences(String dataset, JsonFields body) {
    DatapointRequests requests = requests(dataset);
    body.required("type");
    boolean byIds = "inference_ids".equals(body.oneOf("type", "inference_ids", "inference_query"));
    OutputSource source = OutputSource.read(body);
    List<ObjectNode> found = byIds ? named(body, source) : matching(body);
    List<Datapoint> fresh = new ArrayList<>(found.size());
    for (ObjectNode inference : found) {
      fresh.add(requests.ofInference(ids.next(), inference, source != OutputSource.NONE));
    }
    datasets.add(fresh);
    return ids(fresh.stream().map(Datapoint::id).toList());
  }

  private List<ObjectNode> named(JsonFields body, OutputSource source) {
    List<UUID> wanted = body.requiredUuids("inference_ids");
    body.rejectOthers();
    checkCount("inference_ids", wanted.size(), MAX_DATAPOINTS);
    Map<String, ObjectNode> found = new LinkedHashMap<>();
    for (ObjectNode inference : inferences.get(wanted, null, source)) {
      found.put(inference.path("inference_id").asText(), inference);
    }
    for (UUID id : wanted) {
      if (!found.containsKey(id.toString())) {
        throw new FieldException(
            "inference_ids",
            "Inference %s not found%s"
                .formatted(
                    id,
                    source == OutputSource.DEMONSTRATION ? ", or it has no demonstration" : ""));
      }
    }
    return List.copyOf(found.values());
  }

  private List<ObjectNode> matching(JsonFields body) {
    InferenceRequest request =
        InferenceRequest.read(body, inferences.catalog(), MAX_FROM_INFERENCES);
    body.rejectOthers();
    List<ObjectNode> found = inferences.list(request, MAX_FROM_INFERENCES + 1);
    if (found.size() > MAX_FROM_INFERENCES) {
      throw new FieldException(
          "limit",
          "more than %d inferences match: add filters, or take them in pages by `limit` and `before`"
              .formatted(MAX_FROM_INFERENCES));
    }
    return found;
  }

  /** {@code POST /v1/datasets/{name}/list_datapoints}. */
  JsonNode list(String dataset, JsonFields body) {
    checkName(dataset);
    String search = InferenceRequest.search(body);
    Long limit = body.whole("limit", 0, MAX_DATAPOINTS);
    Long pageSize = body.whole("page_size", 0, MAX_DATAPOINTS);
    Long offset = body.whole("offset", 0, MAX_OFFSET);
    String function = body.text("function_name");
    DatapointQuery query =
        new DatapointQuery(
            dataset,
            function == null ? null : FilterReading.storable("function_name", function),
            filters().read(body, "filter"),
            search,
            order(body, search),
            Math.toIntExact(limit != null ? limit : pageSize != null ? pageSize : 20),
            offset == null ? 0 : Math.toIntExact(offset));
    body.rejectOthers();
    return found(datasets.find(query));
  }

  private static List<DatapointQuery.Order> order(JsonFields body, @Nullable String search) {
    List<DatapointQuery.Order> order = new ArrayList<>();
    for (JsonNode given : InferenceRequest.orderList(body)) {
      JsonFields criterion =
          JsonFields.of(body.pathOf("order_by[%d]".formatted(order.size())), given);
      String by = InferenceRequest.orderBy(criterion, search, "timestamp", "search_relevance");
      order.add(
          new DatapointQuery.Order(
              by.equals("timestamp")
                  ? DatapointQuery.By.UPDATED_AT
                  : DatapointQuery.By.SEARCH_RELEVANCE,
              InferenceRequest.ascending(criterion)));
      criterion.rejectOthers();
    }
    return order;
  }

  private static FilterReading<DatapointFilter> filters() {
    return new FilterReading<>(
        new FilterReading.Maker<>() {
          @Override
          public DatapointFilter all(List<DatapointFilter> children) {
            return new DatapointFilter.AllOf(children);
          }

          @Override
          public DatapointFilter any(List<DatapointFilter> children) {
            return new DatapointFilter.AnyOf(children);
          }

          @Override
          public DatapointFilter not(DatapointFilter child) {
            return new DatapointFilter.Not(child);
          }
        },
        Map.of(
            "tag",
            node ->
                new DatapointFilter.Tag(
                    FilterReading.text(node, "key"),
                    FilterReading.text(node, "value"),
                    FilterReading.operator(node, "=", "!=").equals("=")),
            "time",
            node ->
                new DatapointFilter.UpdatedAt(
                    comparison(FilterReading.operator(node)), FilterReading.time(node, "time"))));
  }

  private static Comparison comparison(String operator) {
    return switch (operator) {
      case "<" -> Comparison.LESS;
      case "<=" -> Comparison.LESS_OR_EQUAL;
      case ">" -> Comparison.GREATER;
      case ">=" -> Comparison.GREATER_OR_EQUAL;
      case "!=" -> Comparison.NOT_EQUAL;
      default -> Comparison.EQUAL;
    };
  }

  /**
   * {@code POST /v1/datasets/{name}/get_datapoints}: replaced and deleted ones too.
   *
   * @param dataset null for any
   */
  JsonNode get(@Nullable String dataset, JsonFields body) {
    if (dataset != null) {
      checkName(dataset);
    }
    List<UUID> given = givenIds(body);
    body.rejectOthers();
    return found(datasets.byIds(dataset, new HashSet<>(given), true));
  }

  private static JsonNode found(List<Datapoint> found) {
    ObjectNode response = Json.object();
    ArrayNode list = response.putArray("datapoints");
    found.forEach(datapoint -> list.add(DatapointJson.of(datapoint)));
    return response;
  }

  /** {@code GET /internal/datasets}. */
  JsonNode datasets(@Nullable String functionName, int limit, int offset) {
    ObjectNode response = Json.object();
    ArrayNode list = response.putArray("datasets");
    datasets
        .list(functionName, limit, offset)
        .forEach(
            dataset ->
                list.addObject()
                    .put("dataset_name", dataset.name())
                    .put("datapoint_count", dataset.datapoints())
                    .put("last_updated", dataset.lastUpdated().toString()));
    return response;
  }

  // ---- parts of requests -----------------------------------------------------------------------

  private DatapointRequests requests(String dataset) {
    checkName(dataset);
    return new DatapointRequests(inferences.catalog(), dataset, ids.now());
  }

  private static void checkName(String dataset) {
    if (dataset.isBlank()
        || dataset.length() > MAX_DATASET_NAME
        || dataset.equals("builder")
        || dataset.startsWith("tensorzero::")
        || dataset.codePoints().anyMatch(Character::isISOControl)) {
      throw new FieldException(
          "dataset_name",
          "Invalid dataset name: %s. Datasets cannot be named \"builder\" or begin with"
                  .formatted(dataset.length() <= 100 ? dataset : dataset.substring(0, 100) + "…")
              + " \"tensorzero::\"; a name has 1 to %d characters, none of them a control character"
                  .formatted(MAX_DATASET_NAME));
    }
  }

  private static List<JsonFields> datapoints(JsonFields body) {
    body.required("datapoints");
    List<JsonNode> given = body.list("datapoints");
    if (given.isEmpty()) {
      throw new FieldException(
          "datapoints", "`datapoints`: At least one datapoint must be provided");
    }
    checkCount("datapoints", given.size(), MAX_DATAPOINTS);
    List<JsonFields> fields = new ArrayList<>(given.size());
    for (JsonNode one : given) {
      fields.add(JsonFields.of("datapoints[%d]".formatted(fields.size()), one));
    }
    return fields;
  }

  private static Map<UUID, JsonFields> byId(JsonFields body) {
    Map<UUID, JsonFields> changes = new LinkedHashMap<>();
    for (JsonFields fields : datapoints(body)) {
      UUID id = fields.uuid("id");
      if (id == null) {
        throw fields.missing("id");
      }
      if (changes.put(id, fields) != null) {
        throw new FieldException(
            fields.pathOf("id"),
            "`%s`: Duplicate datapoint id provided: %s".formatted(fields.pathOf("id"), id));
      }
    }
    return changes;
  }

  private static List<UUID> givenIds(JsonFields body) {
    List<UUID> given = body.requiredUuids("ids");
    checkCount("ids", given.size(), MAX_DATAPOINTS);
    return given;
  }

  private static void checkCount(String name, int count, int most) {
    if (count > most) {
      throw new FieldException(name, "`%s` has at most %d elements".formatted(name, most));
    }
  }

  private Map<UUID, Datapoint> counting(String dataset, Collection<UUID> wanted) {
    return datasets.byIds(dataset, wanted, false).stream()
        .collect(Collectors.toMap(Datapoint::id, Function.identity()));
  }

  private static Datapoint present(String dataset, Map<UUID, Datapoint> found, UUID id) {
    Datapoint datapoint = found.get(id);
    if (datapoint == null) {
      throw gone(dataset, id);
    }
    return datapoint;
  }

  private static void unlessGone(String dataset, Runnable change) {
    try {
      change.run();
    } catch (DatapointGoneException e) {
      throw gone(dataset, e.id());
    }
  }

  private static QueryRefusedException gone(String dataset, UUID id) {
    return new QueryRefusedException(
        404,
        "Datapoint not found: dataset %s has no datapoint %s that was not replaced or deleted"
            .formatted(dataset, id));
  }

  private JsonNode ids(List<UUID> made) {
    ObjectNode response = Json.object();
    ArrayNode list = response.putArray("ids");
    made.forEach(id -> list.add(id.toString()));
    return response;
  }
}
