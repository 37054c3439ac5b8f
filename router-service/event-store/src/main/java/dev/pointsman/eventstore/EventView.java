package dev.pointsman.eventstore;

import dev.pointsman.eventstore.Column.Kind;
import java.util.Locale;

/** Views that people ask by hand; names and columns are a contract, the same in both stores. */
public enum EventView {
  /** What every inference cost whom, by the column names of LiteLLM's spend logs. */
  SPEND_LOGS(
      TableShape.named("spend_logs")
          .with(Kind.TEXT, "request_id")
          .with(Kind.NAME, "call_type")
          .orNull(Kind.NAME, "api_key")
          .orNull(Kind.MONEY, "spend")
          .orNull(Kind.WHOLE, "total_tokens", "prompt_tokens", "completion_tokens")
          .with(Kind.TIME, "startTime", "endTime")
          .orNull(Kind.TIME, "completionStartTime")
          .orNull(Kind.NAME, "model", "model_id")
          .with(Kind.NAME, "model_group")
          .orNull(Kind.NAME, "custom_llm_provider", "api_base", "user", "team_id")
          .orNull(Kind.TEXT, "end_user")
          .with(Kind.NAMES, "request_tags")
          .with(Kind.NAME, "cache_hit", "status")
          .with(Kind.TEXT, "session_id")
          .with(Kind.NAME, "decision_kind")
          .orNull(Kind.MONEY, "baseline_spend")
          .with(Kind.TEXTS, "tags"),
      "startTime",
      "request_id"),
  /** The value of a metric that counts for a target: the last one, whoever gave it. */
  FEEDBACK_LATEST(
      TableShape.named("feedback_latest")
          .with(Kind.TEXT, "target_id")
          .with(Kind.NAME, "target_type", "metric_name")
          .orNull(Kind.FLAG, "value_boolean")
          .orNull(Kind.REAL, "value_float")
          .with(Kind.NAME, "source")
          .with(Kind.TIME, "received_at"),
      "received_at",
      "target_id");

  private final TableShape shape;
  private final String timeColumn;
  private final String keyColumn;

  EventView(TableShape.Builder shape, String timeColumn, String keyColumn) {
    this.shape = shape.build();
    this.timeColumn = timeColumn;
    this.keyColumn = keyColumn;
  }

  TableShape shape() {
    return shape;
  }

  String timeColumn() {
    return timeColumn;
  }

  String keyColumn() {
    return keyColumn;
  }

  /** The name, for example {@code spend_logs}. */
  public String viewName() {
    return name().toLowerCase(Locale.ROOT);
  }
}
