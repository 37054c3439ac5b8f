package dev.pointsman.eventstore;

import dev.pointsman.eventlog.InferenceEvent;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Inferences by what they are: pages of any filter and order. A page is asked for its keys first, so
 * that sorting and skipping touch no text; then the rows are read by their keys. Safe for concurrent
 * use.
 */
public final class InferenceQueries {

  private final Readers readers;

  InferenceQueries(Readers readers) {
    this.readers = readers;
  }

  /** The keys of a page, in its order. */
  public List<InferenceKey> keys(InferencePage page) {
    PageStatement.Bound statement = PageStatement.of(readers.dialect(), page);
    List<InferenceKey> keys =
        readers.query(
            statement.sql(),
            "listing inferences",
            statement.values(),
            row ->
                new InferenceKey(Rows.instant(row, "started_at"), Rows.uuid(row, "inference_id")));
    return PageStatement.reversed(page) ? keys.reversed() : keys;
  }

  /** Where an inference stands, null when it is not in the store. */
  public @Nullable InferenceKey key(UUID inferenceId) {
    List<InferenceKey> found =
        readers.query(
            "inference_key",
            Map.of("inference", inferenceId),
            row ->
                new InferenceKey(Rows.instant(row, "started_at"), Rows.uuid(row, "inference_id")));
    return found.isEmpty() ? null : found.getFirst();
  }

  /** The inferences of these keys, in their order, without attempts and texts. */
  public List<InferenceEvent> rows(List<InferenceKey> keys) {
    return rows(keys, Map.of());
  }

  /** The inferences of these keys, in their order, with their texts and without attempts. */
  public List<InferenceEvent> rowsWithText(List<InferenceKey> keys) {
    return rows(keys, texts(keys));
  }

  /** The texts of these inferences, of those that have any. */
  public Map<UUID, InferenceEvent.Payload> texts(List<InferenceKey> keys) {
    Map<UUID, InferenceEvent.Payload> payloads = new HashMap<>();
    if (!keys.isEmpty()) {
      readers.query(
          "payloads_of_ids",
          values(keys),
          row -> payloads.put(Rows.uuid(row, "inference_id"), Rows.payload(row)));
    }
    return payloads;
  }

  /** How many characters the texts of these inferences have. */
  public long textLength(List<InferenceKey> keys) {
    return keys.isEmpty()
        ? 0
        : readers
            .query("payload_length_of_ids", values(keys), row -> row.getLong("characters"))
            .getFirst();
  }

  /** The last demonstration of each of these inferences that has one, as JSON. */
  public Map<UUID, String> demonstrations(List<InferenceKey> keys) {
    Map<UUID, String> demonstrations = new HashMap<>();
    if (!keys.isEmpty()) {
      readers.query(
          "demonstrations_of_ids",
          Map.of("ids", ids(keys)),
          row -> demonstrations.put(Rows.uuid(row, "target_id"), row.getString("value_text")));
    }
    return demonstrations;
  }

  private List<InferenceEvent> rows(
      List<InferenceKey> keys, Map<UUID, InferenceEvent.Payload> payloads) {
    if (keys.isEmpty()) {
      return List.of();
    }
    Map<UUID, InferenceEvent> found = new HashMap<>();
    readers.query(
        "inferences_of_ids",
        values(keys),
        row -> {
          InferenceEvent event = Rows.inference(row);
          return found.put(event.id(), event.with(payloads.get(event.id())));
        });
    List<InferenceEvent> inOrder = new ArrayList<>(keys.size());
    for (InferenceKey key : keys) {
      InferenceEvent event = found.get(key.inferenceId());
      if (event != null) {
        inOrder.add(event);
      }
    }
    return inOrder;
  }

  private static Map<String, Object> values(List<InferenceKey> keys) {
    Comparator<Instant> time = Comparator.naturalOrder();
    return Map.of(
        "ids", ids(keys),
        "from", keys.stream().map(InferenceKey::startedAt).min(time).orElseThrow(),
        "to", keys.stream().map(InferenceKey::startedAt).max(time).orElseThrow());
  }

  private static String ids(List<InferenceKey> keys) {
    return PageStatement.listed(keys.stream().map(InferenceKey::inferenceId).toList());
  }
}
