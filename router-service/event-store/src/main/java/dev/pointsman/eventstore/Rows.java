package dev.pointsman.eventstore;

import dev.pointsman.eventlog.ChangeEvent;
import dev.pointsman.eventlog.FeedbackEvent;
import dev.pointsman.eventlog.InferenceEvent;
import dev.pointsman.routing.Decision;
import dev.pointsman.routing.DecisionKind;
import dev.pointsman.routing.PolicyRevision;
import dev.pointsman.routing.PolicyVersion;
import dev.pointsman.routing.TextPublication;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.sql.Array;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Reads stored rows back into the records they were made of. */
final class Rows {

  private Rows() {}

  static EvidenceRow evidence(ResultSet row) throws SQLException {
    return new EvidenceRow(
        row.getString("segment"),
        row.getString("variant"),
        instant(row, "start"),
        row.getLong("pulls"),
        row.getLong("feedbacks"),
        row.getLong("rewards"),
        row.getDouble("reward_units") * EvidenceRow.UNIT,
        row.getDouble("square_units") * EvidenceRow.UNIT,
        row.getLong("answered"),
        row.getLong("duration_us"),
        row.getLong("output_tokens"),
        row.getLong("output_tokens_count"));
  }

  static StatisticsRow statistics(ResultSet row) throws SQLException {
    return new StatisticsRow(
        row.getString("function_name"),
        row.getString("metric_name"),
        row.getString("segment"),
        row.getString("variant"),
        row.getString("lane"),
        instant(row, "bucket"),
        row.getLong("pulls"),
        row.getDouble("expected_pulls"),
        row.getDouble("pull_variance"),
        row.getLong("resplits"),
        row.getLong("feedbacks"),
        row.getDouble("reward_sum"),
        row.getDouble("reward_sum_squares"),
        row.getLong("served_feedbacks"),
        row.getDouble("served_reward_sum"),
        row.getDouble("served_reward_sum_squares"),
        row.getLong("filled"),
        row.getLong("clipped"),
        row.getLong("inferences"),
        row.getLong("served"),
        row.getLong("answered"),
        row.getLong("failed"),
        row.getLong("input_tokens"),
        row.getLong("input_tokens_count"),
        row.getLong("output_tokens"),
        row.getLong("output_tokens_count"),
        row.getLong("cost_nanos"),
        row.getLong("cost_count"),
        row.getLong("baseline_cost_nanos"),
        row.getLong("compared_cost_nanos"),
        row.getLong("compared_count"),
        row.getLong("duration_us"));
  }

  static DecisionSums decisions(ResultSet row) throws SQLException {
    return new DecisionSums(
        row.getString("function_name"),
        instantOrNull(row, "start"),
        row.getString("segment_key"),
        row.getString("lane_key"),
        row.getString("generation_key"),
        row.getString("variant"),
        row.getLong("pulls"),
        row.getDouble("expected_pulls"),
        row.getDouble("pull_variance"),
        row.getLong("lane_draws"),
        row.getDouble("expected_lane_draws"),
        row.getDouble("lane_variance"),
        row.getLong("resplits"),
        row.getLong("explored"),
        row.getLong("explored_cost_nanos"),
        row.getDouble("explored_quality"),
        row.getLong("feedbacks"),
        row.getDouble("reward_sum"),
        row.getDouble("reward_sum_squares"),
        row.getDouble("weight_sum"),
        row.getDouble("weight_sum_squares"),
        row.getDouble("weight_max"),
        row.getDouble("weighted_reward_sum"),
        row.getDouble("weighted_reward_sum_squares"),
        row.getDouble("squared_weight_reward_sum"),
        row.getLong("filled"),
        row.getLong("clipped"),
        row.getLong("inferences"),
        row.getLong("served"),
        row.getLong("answered"),
        row.getLong("failed"),
        row.getLong("cost_nanos"),
        row.getLong("cost_count"),
        row.getLong("priced_pulls"),
        row.getLong("priced_cost_nanos"),
        row.getDouble("priced_cost_sum_squares"),
        row.getLong("baseline_cost_nanos"),
        row.getLong("compared_cost_nanos"),
        row.getLong("compared_count"));
  }

  static UsageSums usage(ResultSet row) throws SQLException {
    return new UsageSums(
        instantOrNull(row, "start"),
        row.getString("first_name"),
        row.getString("second_name"),
        row.getLong("inferences"),
        row.getLong("decisions"),
        row.getLong("answered"),
        row.getLong("failed"),
        row.getLong("abandoned"),
        row.getLong("truncated"),
        row.getLong("fallbacks"),
        row.getLong("streams"),
        row.getLong("cache_hits"),
        row.getLong("cache_misses"),
        row.getLong("attempts"),
        row.getLong("input_tokens"),
        row.getLong("input_tokens_count"),
        row.getLong("output_tokens"),
        row.getLong("output_tokens_count"),
        row.getLong("cached_input_tokens"),
        row.getLong("cost_nanos"),
        row.getLong("cost_count"),
        row.getDouble("cost_sum_squares"),
        row.getLong("baseline_cost_nanos"),
        row.getLong("compared_cost_nanos"),
        row.getLong("compared_count"),
        row.getLong("duration_us"),
        instant(row, "last_started_at"));
  }

  /** An inference without its attempts and payload. */
  static InferenceEvent inference(ResultSet row) throws SQLException {
    return new InferenceEvent(
        new InferenceEvent.Ids(
            uuid(row, "inference_id"),
            uuid(row, "episode_id"),
            row.getString("request_id"),
            row.getString("trace_id"),
            row.getString("idempotency_key"),
            row.getString("node"),
            instant(row, "started_at")),
        new InferenceEvent.Asker(
            row.getString("surface"),
            row.getString("namespace"),
            row.getString("function_name"),
            row.getString("function_type"),
            row.getString("key_id"),
            row.getString("team_id"),
            row.getString("end_user"),
            texts(row, "tags")),
        new InferenceEvent.Versions(
            row.getString("config_hash"),
            row.getString("price_version"),
            row.getInt("feature_version")),
        decision(row),
        new InferenceEvent.Outcome(
            InferenceEvent.Ending.valueOf(upper(row, "outcome")),
            row.getString("error_class"),
            row.getString("served_variant"),
            row.getString("served_model"),
            row.getString("served_provider"),
            row.getInt("attempts"),
            row.getBoolean("fallback"),
            row.getString("finish_reason"),
            row.getBoolean("stream"),
            row.getString("cache")),
        new InferenceEvent.Quantities(
            tokens(row),
            row.getBoolean("tokens_estimated"),
            wholeOrNull(row, "cost_nanos"),
            row.getString("baseline_variant"),
            wholeOrNull(row, "baseline_cost_nanos"),
            row.getLong("duration_us"),
            wholeOrNull(row, "ttft_us"),
            row.getLong("overhead_us")),
        List.of(),
        null);
  }

  private static Decision decision(ResultSet row) throws SQLException {
    String kind = row.getString("policy_kind");
    return new Decision(
        DecisionKind.valueOf(upper(row, "kind")),
        uuidOrNull(row, "decided_by"),
        kind == null
            ? null
            : new PolicyVersion(
                kind, row.getString("policy_generation"), row.getLong("policy_revision")),
        row.getString("segment"),
        row.getString("stratum"),
        row.getString("experiment"),
        row.getString("experiment_group"),
        shares(row, "group_shares"),
        texts(row, "group_variants"),
        row.getString("lane"),
        shares(row, "lane_shares"),
        names(row, "candidates"),
        names(row, "exclusions"),
        reals(row, "predicted_quality"),
        wholes(row, "predicted_cost_nanos"),
        wholes(row, "predicted_latency_us"),
        reals(row, "utility"),
        reals(row, "floors"),
        reals(row, "policy_probabilities"),
        reals(row, "challenger_probabilities"),
        reals(row, "propensities"),
        realOrNull(row, "utility_weight"),
        realOrNull(row, "gamma"),
        texts(row, "features"),
        row.getString("chosen_variant"),
        realOrNull(row, "propensity"),
        row.getBoolean("explored"),
        List.of());
  }

  static InferenceEvent.Attempt attempt(ResultSet row) throws SQLException {
    return new InferenceEvent.Attempt(
        uuid(row, "attempt_id"),
        row.getInt("ordinal"),
        instant(row, "started_at"),
        row.getString("variant"),
        row.getString("model"),
        row.getString("provider"),
        row.getString("purpose"),
        row.getString("status"),
        integerOrNull(row, "http_status"),
        row.getString("error_class"),
        row.getString("circuit"),
        tokens(row),
        wholeOrNull(row, "cost_nanos"),
        row.getLong("duration_us"),
        wholeOrNull(row, "ttft_us"),
        row.getString("finish_reason"),
        row.getBoolean("cached"),
        row.getString("raw_request"),
        row.getString("raw_response"));
  }

  static InferenceEvent.Payload payload(ResultSet row) throws SQLException {
    return new InferenceEvent.Payload(
        row.getString("input"),
        row.getString("output"),
        row.getString("parameters"),
        row.getString("tools"),
        row.getBoolean("shortened"));
  }

  static FeedbackEvent feedback(ResultSet row) throws SQLException {
    return new FeedbackEvent(
        uuid(row, "feedback_id"),
        instant(row, "received_at"),
        FeedbackEvent.Target.valueOf(upper(row, "target_type")),
        uuid(row, "target_id"),
        row.getString("metric_name"),
        booleanOrNull(row, "value_boolean"),
        realOrNull(row, "value_float"),
        row.getString("value_text"),
        row.getString("source"),
        texts(row, "tags"),
        row.getString("key_id"),
        row.getString("rejected"));
  }

  static PolicyRevision revision(ResultSet row) throws SQLException {
    return new PolicyRevision(
        row.getString("function_name"),
        row.getString("generation"),
        row.getLong("revision"),
        instant(row, "published_at"),
        StatisticsText.read(row.getString("statistics")),
        row.getString("provenance"),
        row.getString("text_model"));
  }

  static TextPublication textModel(ResultSet row) throws SQLException {
    return new TextPublication(
        row.getString("function_name"),
        row.getString("model"),
        instant(row, "published_at"),
        row.getString("provenance"),
        row.getString("body"));
  }

  static ChangeEvent change(ResultSet row) throws SQLException {
    return new ChangeEvent(
        uuid(row, "change_id"),
        instant(row, "at"),
        ChangeEvent.Kind.valueOf(upper(row, "kind")),
        row.getString("actor"),
        row.getString("function_name"),
        row.getString("object"),
        row.getString("before"),
        row.getString("after"),
        row.getString("reason"));
  }

  /** The values of a row as plain objects: numbers, text, lists, maps, {@link Instant}, UUID. */
  static List<@Nullable Object> values(ResultSet row, List<Column> columns) throws SQLException {
    List<@Nullable Object> values = new ArrayList<>(columns.size());
    for (Column column : columns) {
      String name = column.name();
      values.add(
          switch (column.kind()) {
            case ID -> uuidOrNull(row, name);
            case TEXT, NAME -> row.getString(name);
            case TIME -> instantOrNull(row, name);
            case SMALL -> integerOrNull(row, name);
            case WHOLE -> wholeOrNull(row, name);
            case REAL -> realOrNull(row, name);
            case MONEY -> dollarsOrNull(row, name);
            case FLAG -> booleanOrNull(row, name);
            case TEXTS -> texts(row, name);
            case SHARES -> shares(row, name);
            case NAMES, REALS, WHOLES -> Arrays.asList(items(row, name));
          });
    }
    return values;
  }

  static Instant instant(ResultSet row, int column) throws SQLException {
    return row.getObject(column, LocalDateTime.class).toInstant(ZoneOffset.UTC);
  }

  static Instant instant(ResultSet row, String column) throws SQLException {
    return instant(row, row.findColumn(column));
  }

  static @Nullable Instant instantOrNull(ResultSet row, String column) throws SQLException {
    LocalDateTime time = row.getObject(row.findColumn(column), LocalDateTime.class);
    return time == null ? null : time.toInstant(ZoneOffset.UTC);
  }

  static UUID uuid(ResultSet row, String column) throws SQLException {
    return (UUID) row.getObject(column);
  }

  static @Nullable UUID uuidOrNull(ResultSet row, String column) throws SQLException {
    return (UUID) row.getObject(column);
  }

  static @Nullable Long wholeOrNull(ResultSet row, String column) throws SQLException {
    long value = row.getLong(column);
    return row.wasNull() ? null : Long.valueOf(value);
  }

  static @Nullable Double realOrNull(ResultSet row, String column) throws SQLException {
    double value = row.getDouble(column);
    return row.wasNull() ? null : Double.valueOf(value);
  }

  /** One number of places, or the engines would differ in zeros. */
  private static @Nullable BigDecimal dollarsOrNull(ResultSet row, String column)
      throws SQLException {
    BigDecimal dollars = row.getBigDecimal(column);
    return dollars == null ? null : dollars.setScale(9, RoundingMode.HALF_EVEN);
  }

  private static @Nullable Integer integerOrNull(ResultSet row, String column) throws SQLException {
    int value = row.getInt(column);
    return row.wasNull() ? null : Integer.valueOf(value);
  }

  private static @Nullable Boolean booleanOrNull(ResultSet row, String column) throws SQLException {
    boolean value = row.getBoolean(column);
    return row.wasNull() ? null : Boolean.valueOf(value);
  }

  static List<String> names(ResultSet row, String column) throws SQLException {
    List<String> names = new ArrayList<>();
    for (Object name : items(row, column)) {
      names.add((String) name);
    }
    return List.copyOf(names);
  }

  static double[] reals(ResultSet row, String column) throws SQLException {
    Object[] items = items(row, column);
    double[] reals = new double[items.length];
    for (int i = 0; i < items.length; i++) {
      reals[i] = (Double) items[i];
    }
    return reals;
  }

  /** In a table null is unknown; in a decision −1 is. */
  private static long[] wholes(ResultSet row, String column) throws SQLException {
    @Nullable Object[] items = items(row, column);
    long[] wholes = new long[items.length];
    for (int i = 0; i < items.length; i++) {
      wholes[i] = items[i] instanceof Long whole ? whole : -1;
    }
    return wholes;
  }

  static Map<String, Double> shares(ResultSet row, String column) throws SQLException {
    Map<String, Double> shares = new LinkedHashMap<>();
    ((Map<?, ?>) row.getObject(column)).forEach((k, v) -> shares.put((String) k, (Double) v));
    return shares;
  }

  static Map<String, String> texts(ResultSet row, String column) throws SQLException {
    Map<String, String> texts = new LinkedHashMap<>();
    ((Map<?, ?>) row.getObject(column)).forEach((k, v) -> texts.put((String) k, (String) v));
    return texts;
  }

  /** The items of a list; none where there is no list, which not every engine can say. */
  static Object[] itemsOrNone(ResultSet row, String column) throws SQLException {
    Array array = row.getArray(column);
    return array == null ? new Object[0] : (Object[]) array.getArray();
  }

  private static Object[] items(ResultSet row, String column) throws SQLException {
    Array array = row.getArray(column);
    return (Object[]) array.getArray();
  }

  private static InferenceEvent.Tokens tokens(ResultSet row) throws SQLException {
    return new InferenceEvent.Tokens(
        wholeOrNull(row, "input_tokens"),
        wholeOrNull(row, "output_tokens"),
        wholeOrNull(row, "cached_input_tokens"),
        wholeOrNull(row, "cache_write_tokens"),
        wholeOrNull(row, "reasoning_tokens"));
  }

  private static String upper(ResultSet row, String column) throws SQLException {
    return row.getString(column).toUpperCase(Locale.ROOT);
  }
}
