package dev.pointsman.dashboard.query;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.pointsman.catalog.FunctionCatalog;
import dev.pointsman.eventlog.InferenceEvent;
import dev.pointsman.eventstore.EventStore;
import dev.pointsman.eventstore.InferenceFilter;
import dev.pointsman.eventstore.InferenceKey;
import dev.pointsman.eventstore.InferencePage;
import dev.pointsman.eventstore.InferenceQueries;
import dev.pointsman.routing.IdSource;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.Semaphore;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Answers queries for inferences that a variant answered, wholly or in part; those that failed are
 * not among them, since TensorZero's clients expect a variant and an output.
 */
public final class StoredInferences {

  private static final long MAX_CHARACTERS = 64L << 20;

  private final EventStore store;
  private final Supplier<FunctionCatalog> catalog;

  // A search reads all texts that the filters leave; two at once would leave no reader for pages.
  private final Semaphore searches = new Semaphore(1);

  /** Over a store, with what is configured now. */
  public StoredInferences(EventStore store, Supplier<FunctionCatalog> catalog) {
    this.store = store;
    this.catalog = catalog;
  }

  /** What is configured now. */
  public FunctionCatalog catalog() {
    return catalog.get();
  }

  /**
   * The inferences that a request asks for, in TensorZero's shape.
   *
   * @param limit rows when the request says nothing
   */
  public List<ObjectNode> list(InferenceRequest request, int limit) {
    int size = request.limit() == null ? limit : request.limit();
    InferencePage page =
        new InferencePage(
            shown(request.filter(), request.outputSource()),
            request.search(),
            request.order(),
            start(request),
            size);
    List<InferenceKey> keys =
        request.search() == null ? store.inferences().keys(page) : searched(page);
    if (keys.isEmpty() && request.functionName() != null) {
      checkFunction(request.functionName());
    }
    return read(keys, request.outputSource());
  }

  /**
   * The inferences of these ids that are in the store, in TensorZero's shape, the latest first.
   *
   * @param functionName only this function's, null for all
   */
  public List<ObjectNode> get(List<UUID> ids, @Nullable String functionName, OutputSource source) {
    List<InferenceFilter> conditions = new ArrayList<>(List.of(new InferenceFilter.Ids(ids)));
    if (functionName != null) {
      conditions.add(new InferenceFilter.OfFunction(functionName));
    }
    return ids.isEmpty()
        ? List.of()
        : read(
            store
                .inferences()
                .keys(
                    new InferencePage(
                        shown(new InferenceFilter.AllOf(conditions), source),
                        null,
                        List.of(),
                        InferencePage.Skipping.NONE,
                        ids.size())),
            source);
  }

  private static InferenceFilter shown(InferenceFilter filter, OutputSource source) {
    List<InferenceFilter> conditions =
        new ArrayList<>(List.of(filter, new InferenceFilter.Served()));
    if (source == OutputSource.DEMONSTRATION) {
      conditions.add(new InferenceFilter.Demonstrated());
    }
    return new InferenceFilter.AllOf(conditions);
  }

  private List<InferenceKey> searched(InferencePage page) {
    if (!searches.tryAcquire()) {
      throw new QueryRefusedException(503, "another search is running: ask again in a moment");
    }
    try {
      return store.inferences().keys(page);
    } finally {
      searches.release();
    }
  }

  private InferencePage.Start start(InferenceRequest request) {
    if (request.before() != null) {
      return new InferencePage.Before(key(request.before()));
    }
    return request.after() == null
        ? new InferencePage.Skipping(request.offset())
        : new InferencePage.After(key(request.after()));
  }

  /** An id that is not in the store stands where its own time stamp is. */
  private InferenceKey key(UUID inferenceId) {
    InferenceKey key = store.inferences().key(inferenceId);
    if (key != null) {
      return key;
    }
    Instant minted = IdSource.timeOf(inferenceId);
    return new InferenceKey(
        minted.isAfter(FilterReading.LATEST) ? FilterReading.LATEST : minted, inferenceId);
  }

  private void checkFunction(String name) {
    if (catalog.get().functions().containsKey(name)) {
      return;
    }
    InferencePage any =
        new InferencePage(
            new InferenceFilter.OfFunction(name), null, List.of(), InferencePage.Skipping.NONE, 1);
    if (store.inferences().keys(any).isEmpty()) {
      throw QueryRefusedException.unknownFunction(name);
    }
  }

  private List<ObjectNode> read(List<InferenceKey> keys, OutputSource source) {
    InferenceQueries queries = store.inferences();
    long characters = queries.textLength(keys);
    if (characters > MAX_CHARACTERS) {
      throw new QueryRefusedException(
          400,
          "these %d inferences have %d MB of text, and %d MB are allowed at once: lower `limit`"
              .formatted(keys.size(), characters >> 20, MAX_CHARACTERS >> 20));
    }
    Map<UUID, String> demonstrations =
        source == OutputSource.DEMONSTRATION ? queries.demonstrations(keys) : Map.of();
    StoredInferenceJson shape = new StoredInferenceJson(catalog.get());
    List<ObjectNode> result = new ArrayList<>(keys.size());
    for (InferenceEvent event : queries.rowsWithText(keys)) {
      result.add(shape.of(event, demonstrations.get(event.id()), source));
    }
    return result;
  }
}
