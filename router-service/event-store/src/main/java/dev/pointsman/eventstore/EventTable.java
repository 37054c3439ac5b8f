package dev.pointsman.eventstore;

import static dev.pointsman.eventstore.TableShape.named;

import dev.pointsman.eventstore.Column.Kind;
import java.util.List;
import java.util.Locale;

/** The tables that hold events; their columns are a contract. */
public enum EventTable {
  /** One row per admitted inference. */
  INFERENCE(
      named("inference")
          .with(Kind.ID, "inference_id", "episode_id")
          .with(Kind.TEXT, "request_id")
          .orNull(Kind.TEXT, "trace_id", "idempotency_key")
          .with(Kind.NAME, "node")
          .with(Kind.SMALL, "event_version")
          .with(Kind.TIME, "started_at")
          .with(Kind.NAME, "surface")
          .orNull(Kind.NAME, "namespace")
          .with(Kind.NAME, "function_name", "function_type")
          .orNull(Kind.NAME, "key_id", "team_id")
          .orNull(Kind.TEXT, "end_user")
          .with(Kind.TEXTS, "tags")
          .with(Kind.NAME, "config_hash", "price_version")
          .orNull(Kind.NAME, "policy_kind", "policy_generation")
          .orNull(Kind.WHOLE, "policy_revision")
          .with(Kind.SMALL, "feature_version", "hash_version")
          .with(Kind.NAME, "kind")
          .orNull(Kind.ID, "decided_by")
          .with(Kind.NAME, "segment", "stratum")
          .orNull(Kind.NAME, "experiment", "experiment_group")
          .with(Kind.SHARES, "group_shares")
          .with(Kind.TEXTS, "group_variants")
          .orNull(Kind.NAME, "lane")
          .with(Kind.SHARES, "lane_shares")
          .with(Kind.NAMES, "candidates", "exclusions")
          .with(Kind.REALS, "predicted_quality")
          .with(Kind.WHOLES, "predicted_cost_nanos", "predicted_latency_us")
          .with(Kind.REALS, "utility", "floors")
          .with(Kind.REALS, "policy_probabilities", "challenger_probabilities", "propensities")
          .orNull(Kind.REAL, "utility_weight", "gamma")
          .with(Kind.TEXTS, "features")
          .with(Kind.NAME, "chosen_variant")
          .orNull(Kind.REAL, "propensity")
          .with(Kind.FLAG, "explored")
          .with(Kind.NAME, "outcome")
          .orNull(Kind.NAME, "error_class", "served_variant", "served_model", "served_provider")
          .with(Kind.SMALL, "attempts")
          .with(Kind.FLAG, "fallback")
          .orNull(Kind.NAME, "finish_reason")
          .with(Kind.FLAG, "stream")
          .with(Kind.NAME, "cache")
          .orNull(Kind.WHOLE, "input_tokens", "output_tokens", "cached_input_tokens")
          .orNull(Kind.WHOLE, "cache_write_tokens", "reasoning_tokens")
          .with(Kind.FLAG, "tokens_estimated")
          .orNull(Kind.WHOLE, "cost_nanos")
          .orNull(Kind.NAME, "baseline_variant")
          .orNull(Kind.WHOLE, "baseline_cost_nanos")
          .with(Kind.WHOLE, "duration_us")
          .orNull(Kind.WHOLE, "ttft_us")
          .with(Kind.WHOLE, "overhead_us")),
  /** Its text, where a function logs text. */
  INFERENCE_PAYLOAD(
      named("inference_payload")
          .with(Kind.ID, "inference_id")
          .with(Kind.TIME, "started_at")
          .with(Kind.NAME, "function_name")
          .with(Kind.TEXT, "input")
          .orNull(Kind.TEXT, "output", "parameters", "tools")
          .with(Kind.FLAG, "shortened")),
  /** One row per provider call. */
  ATTEMPT(
      named("attempt")
          .with(Kind.ID, "attempt_id", "inference_id")
          .with(Kind.SMALL, "ordinal")
          .with(Kind.TIME, "started_at")
          .with(Kind.NAME, "variant", "model", "provider", "purpose", "status")
          .orNull(Kind.SMALL, "http_status")
          .orNull(Kind.NAME, "error_class", "circuit")
          .orNull(Kind.WHOLE, "input_tokens", "output_tokens", "cached_input_tokens")
          .orNull(Kind.WHOLE, "cache_write_tokens", "reasoning_tokens", "cost_nanos")
          .with(Kind.WHOLE, "duration_us")
          .orNull(Kind.WHOLE, "ttft_us")
          .orNull(Kind.NAME, "finish_reason")
          .with(Kind.FLAG, "cached")),
  /** What was sent and came back, secrets masked. */
  ATTEMPT_PAYLOAD(
      named("attempt_payload")
          .with(Kind.ID, "attempt_id", "inference_id")
          .with(Kind.TIME, "started_at")
          .orNull(Kind.TEXT, "raw_request", "raw_response")),
  /** One row per value of a metric. */
  FEEDBACK(
      named("feedback")
          .with(Kind.ID, "feedback_id")
          .with(Kind.TIME, "received_at")
          .with(Kind.NAME, "target_type")
          .with(Kind.ID, "target_id")
          .with(Kind.NAME, "metric_name")
          .orNull(Kind.FLAG, "value_boolean")
          .orNull(Kind.REAL, "value_float")
          .orNull(Kind.TEXT, "value_text")
          .with(Kind.NAME, "source")
          .with(Kind.TEXTS, "tags")
          .orNull(Kind.NAME, "key_id", "rejected")),
  /** One row per published revision. */
  POLICY_REVISION(
      named("policy_revision")
          .with(Kind.NAME, "function_name", "generation")
          .with(Kind.WHOLE, "revision")
          .with(Kind.TIME, "published_at")
          .with(Kind.TEXT, "statistics", "provenance")
          .orNull(Kind.NAME, "text_model")),
  /** What changed that explains later figures. */
  CHANGE_EVENT(
      named("change_event")
          .with(Kind.ID, "change_id")
          .with(Kind.TIME, "at")
          .with(Kind.NAME, "kind", "actor")
          .orNull(Kind.NAME, "function_name")
          .with(Kind.TEXT, "object")
          .orNull(Kind.TEXT, "before", "after")
          .with(Kind.TEXT, "reason")),
  /** One row per configuration seen. */
  CONFIG_SNAPSHOT(
      named("config_snapshot")
          .with(Kind.TEXT, "config_hash")
          .with(Kind.TIME, "first_seen")
          .with(Kind.TEXT, "text")),
  /** One row per published text model. */
  TEXT_MODEL(
      named("text_model")
          .with(Kind.NAME, "function_name")
          .with(Kind.TEXT, "model")
          .with(Kind.TIME, "published_at")
          .with(Kind.TEXT, "provenance", "body"));

  private final TableShape shape;

  EventTable(TableShape.Builder shape) {
    this.shape = shape.build();
  }

  /** The columns that together no two rows have alike; the first is the most telling. */
  List<String> keyColumns() {
    return switch (this) {
      case INFERENCE, INFERENCE_PAYLOAD -> List.of("inference_id");
      case ATTEMPT, ATTEMPT_PAYLOAD -> List.of("attempt_id");
      case FEEDBACK -> List.of("feedback_id");
      case POLICY_REVISION -> List.of("function_name", "generation", "revision", "published_at");
      case CHANGE_EVENT -> List.of("change_id");
      case CONFIG_SNAPSHOT -> List.of("config_hash", "first_seen");
      case TEXT_MODEL -> List.of("model", "function_name", "published_at");
    };
  }

  /** When a row's event was. */
  String timeColumn() {
    return switch (this) {
      case INFERENCE, INFERENCE_PAYLOAD, ATTEMPT, ATTEMPT_PAYLOAD -> "started_at";
      case FEEDBACK -> "received_at";
      case POLICY_REVISION, TEXT_MODEL -> "published_at";
      case CHANGE_EVENT -> "at";
      case CONFIG_SNAPSHOT -> "first_seen";
    };
  }

  TableShape shape() {
    return shape;
  }

  /** The name, for example {@code inference_payload}. */
  public String tableName() {
    return name().toLowerCase(Locale.ROOT);
  }

  /**
   * The table of that name.
   *
   * @throws IllegalArgumentException if there is none; the message lists them
   */
  public static EventTable ofName(String name) {
    StringBuilder known = new StringBuilder();
    for (EventTable table : values()) {
      if (table.tableName().equals(name)) {
        return table;
      }
      known.append(known.isEmpty() ? "" : ", ").append(table.tableName());
    }
    throw new IllegalArgumentException("there is no table '" + name + "'; tables are " + known);
  }
}
