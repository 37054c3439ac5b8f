package dev.pointsman.eventstore;

import dev.pointsman.eventlog.EventCodec;
import dev.pointsman.eventlog.InferenceEvent;
import dev.pointsman.routing.DecisionKind;
import dev.pointsman.routing.IdSource;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.UUID;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Lines of TensorZero's ClickHouse tables in the format JSONEachRow. Times are those of the ids,
 * which are UUIDv7. Nobody knows with which chances a variant was drawn there, so the rows are of kind
 * {@code imported} and have no propensity.
 *
 * <p>What an inference cost stands in its model inferences, and whether a feedback is about an
 * inference or an episode stands nowhere in its row: both are looked up in the store, so that neither
 * memory nor the order of the lines matters.
 */
final class TensorZeroLines implements ImportFormat {

  private static final String NODE = "tensorzero";

  /** The most that a call's id may be older or younger than its inference's. */
  private static final Duration APART = Duration.ofDays(1);

  private final TensorZeroTable table;
  private final Readers readers;
  private @Nullable UUID lastInference;
  private int ordinal;

  TensorZeroLines(TensorZeroTable table, Readers readers) {
    this.table = table;
    this.readers = readers;
  }

  @Override
  public String name() {
    return table.tableName();
  }

  @Override
  public List<TableRow> read(byte[] line) throws UnreadableLineException {
    Fields fields = new Fields(ImportJson.object(line));
    List<TableRow> rows =
        switch (table) {
          case MODEL_INFERENCE -> attempt(fields);
          case CHAT_INFERENCE -> inference(fields, "chat");
          case JSON_INFERENCE -> inference(fields, "json");
          case BOOLEAN_FEEDBACK ->
              List.of(
                  feedback(fields, "target_id")
                      .set("metric_name", fields.text("metric_name"))
                      .set("value_boolean", fields.flag("value")));
          case FLOAT_FEEDBACK ->
              List.of(
                  feedback(fields, "target_id")
                      .set("metric_name", fields.text("metric_name"))
                      .set("value_float", fields.real("value")));
          case COMMENT_FEEDBACK ->
              List.of(
                  feedback(fields, "target_id")
                      .set("target_type", targetType(fields.text("target_type")))
                      .set("metric_name", "comment")
                      .set("value_text", fields.text("value")));
          case DEMONSTRATION_FEEDBACK ->
              List.of(
                  feedback(fields, "inference_id")
                      .set("target_type", "inference")
                      .set("metric_name", "demonstration")
                      .set("value_text", fields.text("value")));
        };
    for (TableRow row : rows) {
      row.check();
    }
    return rows;
  }

  private List<TableRow> inference(Fields fields, String type) throws UnreadableLineException {
    UUID id = fields.id("id");
    Instant at = timeOf(id, "id");
    String function = fields.text("function_name");
    String variant = fields.text("variant_name");
    Long millis = fields.wholeOrNull("processing_time_ms");
    Long ttft = fields.wholeOrNull("ttft_ms");
    TableRow row =
        new TableRow(EventTable.INFERENCE)
            .set("inference_id", id)
            .set("episode_id", fields.id("episode_id"))
            .set("request_id", id.toString())
            .set("node", NODE)
            .set("event_version", EventCodec.VERSION)
            .set("started_at", at)
            .set("surface", NODE)
            .set("function_name", function)
            .set("function_type", type)
            .set("tags", fields.tags())
            .set("config_hash", fields.anyTextOr("snapshot_hash", ""))
            .set("price_version", "")
            .set("feature_version", 0)
            .set("hash_version", 0)
            .set("kind", DecisionKind.IMPORTED.label())
            .set("segment", "")
            .set("stratum", "")
            .set("chosen_variant", variant)
            .set("explored", false)
            .set("outcome", InferenceEvent.Ending.ANSWERED.label())
            .set("served_variant", variant)
            .set("attempts", 0)
            .set("fallback", false)
            .set("stream", ttft != null)
            .set("cache", "off")
            .set("tokens_estimated", false)
            .set("duration_us", millis == null ? 0 : micros(millis, "processing_time_ms"))
            .set("ttft_us", ttft == null ? null : micros(ttft, "ttft_ms"))
            .set("overhead_us", 0L);
    for (Column column : EventTable.INFERENCE.shape().columns()) {
      if (row.get(column.name()) == null) {
        switch (column.kind()) {
          case NAMES, REALS, WHOLES -> row.set(column.name(), List.of());
          case TEXTS, SHARES -> row.set(column.name(), Map.of());
          default -> {
            // Not known.
          }
        }
      }
    }
    InferenceEvent.Payload text =
        InferenceEvent.Payload.of(
            fields.anyTextOr("input", ""),
            fields.anyTextOrNull("output"),
            fields.anyTextOrNull("inference_params"),
            tools(fields));
    TableRow payload =
        new TableRow(EventTable.INFERENCE_PAYLOAD)
            .set("inference_id", id)
            .set("started_at", at)
            .set("function_name", function)
            .set("input", text.input())
            .set("output", text.output())
            .set("parameters", text.parameters())
            .set("tools", text.tools())
            .set("shortened", text.shortened());
    return List.of(row, payload);
  }

  /** Older rows have one text, newer ones a list of texts that are JSON themselves. */
  private static @Nullable String tools(Fields fields) throws UnreadableLineException {
    String whole = fields.anyTextOrNull("tool_params");
    if (whole != null && !whole.isEmpty()) {
      return whole;
    }
    Object dynamic = fields.value("dynamic_tools");
    return dynamic instanceof List<?> list && !list.isEmpty() ? ImportJson.text(dynamic) : null;
  }

  private List<TableRow> attempt(Fields fields) throws UnreadableLineException {
    UUID id = fields.id("id");
    UUID inference = fields.id("inference_id");
    Instant at = timeOf(id, "id");
    ordinal = inference.equals(lastInference) ? ordinal + 1 : 1;
    lastInference = inference;
    Long millis = fields.wholeOrNull("response_time_ms");
    Long ttft = fields.wholeOrNull("ttft_ms");
    TableRow row =
        new TableRow(EventTable.ATTEMPT)
            .set("attempt_id", id)
            .set("inference_id", inference)
            .set("ordinal", ordinal)
            .set("started_at", at)
            .set("variant", fields.anyTextOr("variant_name", ""))
            .set("model", fields.text("model_name"))
            .set("provider", fields.text("model_provider_name"))
            .set("purpose", "answer")
            .set("status", "ok")
            .set("input_tokens", fields.wholeOrNull("input_tokens"))
            .set("output_tokens", fields.wholeOrNull("output_tokens"))
            .set("cached_input_tokens", fields.wholeOrNull("provider_cache_read_input_tokens"))
            .set("cache_write_tokens", fields.wholeOrNull("provider_cache_write_input_tokens"))
            .set("cost_nanos", fields.nanosOrNull("cost"))
            .set("duration_us", millis == null ? 0 : micros(millis, "response_time_ms"))
            .set("ttft_us", ttft == null ? null : micros(ttft, "ttft_ms"))
            .set("finish_reason", fields.anyTextOrNull("finish_reason"))
            .set("cached", fields.has("cached") && fields.flag("cached"));
    String request = fields.anyTextOrNull("raw_request");
    String response = fields.anyTextOrNull("raw_response");
    if (request == null && response == null) {
      return List.of(row);
    }
    return List.of(
        row,
        new TableRow(EventTable.ATTEMPT_PAYLOAD)
            .set("attempt_id", id)
            .set("inference_id", inference)
            .set("started_at", at)
            .set("raw_request", dev.pointsman.eventlog.LoggedText.shorten(request))
            .set("raw_response", dev.pointsman.eventlog.LoggedText.shorten(response)));
  }

  private static TableRow feedback(Fields fields, String target) throws UnreadableLineException {
    UUID id = fields.id("id");
    Map<String, String> tags = fields.tags();
    return new TableRow(EventTable.FEEDBACK)
        .set("feedback_id", id)
        .set("received_at", timeOf(id, "id"))
        // Replaced by what the target is found to be.
        .set("target_type", "inference")
        .set("target_id", fields.id(target))
        .set("source", tags.getOrDefault("source", "api"))
        .set("tags", tags);
  }

  private static String targetType(String text) throws UnreadableLineException {
    if (text.equals("inference") || text.equals("episode")) {
      return text;
    }
    throw new UnreadableLineException("target_type is neither inference nor episode");
  }

  private static Instant timeOf(UUID id, String column) throws UnreadableLineException {
    if (id.version() != 7) {
      throw new UnreadableLineException(column + " is no UUIDv7, so its time is unknown");
    }
    return IdSource.timeOf(id);
  }

  private static long micros(long millis, String column) throws UnreadableLineException {
    if (millis < 0 || millis > Integer.MAX_VALUE * 1_000L) {
      throw new UnreadableLineException(column + " is out of range");
    }
    return millis * 1_000;
  }

  @Override
  public void complete(List<TableRow> batch) {
    switch (table) {
      case CHAT_INFERENCE, JSON_INFERENCE -> completeInferences(batch);
      case BOOLEAN_FEEDBACK, FLOAT_FEEDBACK -> completeFeedback(batch);
      case MODEL_INFERENCE, COMMENT_FEEDBACK, DEMONSTRATION_FEEDBACK -> {
        // They say it all themselves.
      }
    }
  }

  private void completeInferences(List<TableRow> batch) {
    Map<UUID, TableRow> inferences = new LinkedHashMap<>();
    for (TableRow row : batch) {
      if (row.table() == EventTable.INFERENCE) {
        inferences.put((UUID) row.get("inference_id"), row);
      }
    }
    if (inferences.isEmpty()) {
      return;
    }
    List<Instant> times = inferences.values().stream().map(TableRow::time).sorted().toList();
    Map<UUID, List<InferenceEvent.Attempt>> attempts = new HashMap<>();
    readers.query(
        "attempts_of_inferences",
        Map.of(
            "from",
            times.getFirst().minus(APART),
            "to",
            times.getLast().plus(APART),
            "keys",
            joined(inferences.keySet().stream().map(UUID::toString).toList())),
        row ->
            attempts
                .computeIfAbsent(Rows.uuid(row, "inference_id"), id -> new ArrayList<>())
                .add(Rows.attempt(row)));
    inferences.forEach((id, row) -> complete(row, attempts.getOrDefault(id, List.of())));
  }

  private static void complete(TableRow row, List<InferenceEvent.Attempt> attempts) {
    if (attempts.isEmpty()) {
      return;
    }
    InferenceEvent.Attempt last = attempts.getLast();
    long waited = 0;
    for (InferenceEvent.Attempt attempt : attempts) {
      waited += attempt.durationMicros();
    }
    long took = (Long) java.util.Objects.requireNonNull(row.get("duration_us"));
    row.set("served_model", last.model())
        .set("served_provider", last.provider())
        .set("attempts", attempts.size())
        .set("finish_reason", last.finishReason())
        .set("cache", attempts.stream().anyMatch(InferenceEvent.Attempt::cached) ? "hit" : "off")
        .set("input_tokens", sum(attempts, attempt -> attempt.tokens().input()))
        .set("output_tokens", sum(attempts, attempt -> attempt.tokens().output()))
        .set("cached_input_tokens", sum(attempts, attempt -> attempt.tokens().cachedInput()))
        .set("cache_write_tokens", sum(attempts, attempt -> attempt.tokens().cacheWrite()))
        .set("cost_nanos", sum(attempts, InferenceEvent.Attempt::costNanos))
        .set("duration_us", took == 0 ? waited : took)
        .set("overhead_us", Math.max(0, took - waited));
  }

  /** Null when one is unknown: a part of a sum is not the sum. */
  private static @Nullable Long sum(
      List<InferenceEvent.Attempt> attempts,
      java.util.function.Function<InferenceEvent.Attempt, @Nullable Long> quantity) {
    long sum = 0;
    for (InferenceEvent.Attempt attempt : attempts) {
      Long one = quantity.apply(attempt);
      if (one == null) {
        return null;
      }
      sum += one;
    }
    return sum;
  }

  private void completeFeedback(List<TableRow> batch) {
    if (batch.isEmpty()) {
      return;
    }
    TreeSet<String> targets =
        batch.stream()
            .map(row -> String.valueOf(row.get("target_id")))
            .collect(Collectors.toCollection(TreeSet::new));
    TreeSet<String> episodes =
        new TreeSet<>(
            readers.query(
                "episodes_among",
                Map.of("keys", joined(targets)),
                row -> String.valueOf(Rows.uuid(row, "episode_id"))));
    for (TableRow row : batch) {
      if (episodes.contains(String.valueOf(row.get("target_id")))) {
        row.set("target_type", "episode");
      }
    }
  }

  private static String joined(java.util.Collection<String> keys) {
    return String.join(TableImport.KEY_SEPARATOR, keys);
  }

  /** The columns of one line. */
  private record Fields(Map<String, @Nullable Object> values) {

    boolean has(String column) {
      return values.get(column) != null;
    }

    @Nullable Object value(String column) {
      return values.get(column);
    }

    String text(String column) throws UnreadableLineException {
      if (values.get(column) instanceof String text) {
        return text;
      }
      throw new UnreadableLineException(
          "%s is %s".formatted(column, has(column) ? "no text" : "missing"));
    }

    /** Text, or JSON that the server wrote out as such. */
    @Nullable String anyTextOrNull(String column) {
      Object value = values.get(column);
      return value == null ? null : value instanceof String text ? text : ImportJson.text(value);
    }

    String anyTextOr(String column, String otherwise) {
      String text = anyTextOrNull(column);
      return text == null ? otherwise : text;
    }

    UUID id(String column) throws UnreadableLineException {
      String text = text(column);
      if (text.length() == 36) {
        try {
          return UUID.fromString(text);
        } catch (IllegalArgumentException e) {
          throw new UnreadableLineException(column + " is no UUID");
        }
      }
      throw new UnreadableLineException(column + " is no UUID");
    }

    /** A whole number, which the server may write as text. */
    @Nullable Long wholeOrNull(String column) throws UnreadableLineException {
      Object value = values.get(column);
      try {
        return switch (value) {
          case null -> null;
          case Long whole -> whole;
          case String text -> Long.valueOf(text);
          default -> throw new UnreadableLineException(column + " is no whole number");
        };
      } catch (NumberFormatException e) {
        throw new UnreadableLineException(column + " is no whole number");
      }
    }

    double real(String column) throws UnreadableLineException {
      Object value = values.get(column);
      return switch (value) {
        case Long whole -> whole.doubleValue();
        // A Float32 there: its shortest digits, not the double nearest to them, are what was sent.
        case ImportJson.Real real -> real.asDouble();
        case null, default -> throw new UnreadableLineException(column + " is no number");
      };
    }

    boolean flag(String column) throws UnreadableLineException {
      Object value = values.get(column);
      return switch (value) {
        case Boolean flag -> flag;
        case Long number when number == 0 || number == 1 -> number == 1;
        case null, default ->
            throw new UnreadableLineException(column + " is neither true nor false");
      };
    }

    /** Dollars as nano-dollars. */
    @Nullable Long nanosOrNull(String column) throws UnreadableLineException {
      Object value = values.get(column);
      if (value == null) {
        return null;
      }
      String digits =
          switch (value) {
            case Long whole -> whole.toString();
            case ImportJson.Real real -> real.digits();
            case String text -> text;
            default -> throw new UnreadableLineException(column + " is no amount of dollars");
          };
      try {
        return new BigDecimal(digits)
            .movePointRight(9)
            .setScale(0, RoundingMode.HALF_EVEN)
            .longValueExact();
      } catch (ArithmeticException | NumberFormatException e) {
        throw new UnreadableLineException(column + " is no amount of dollars");
      }
    }

    Map<String, String> tags() throws UnreadableLineException {
      Object value = values.get("tags");
      Map<String, String> tags = new LinkedHashMap<>();
      if (value == null) {
        return tags;
      }
      if (!(value instanceof Map<?, ?> map)) {
        throw new UnreadableLineException("tags is no object");
      }
      for (Map.Entry<?, ?> tag : map.entrySet()) {
        if (!(tag.getValue() instanceof String text)) {
          throw new UnreadableLineException("tags has a value that is no text");
        }
        tags.put((String) tag.getKey(), text);
      }
      return tags;
    }
  }
}
