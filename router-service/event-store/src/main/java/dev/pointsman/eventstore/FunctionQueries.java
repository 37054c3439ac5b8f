package dev.pointsman.eventstore;

import dev.pointsman.eventstore.VariantTotals.Quantiles;
import java.sql.Array;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Figures about functions and their variants. Ranges are [from, to) of the inference's or, where a
 * rule is given, the decision's start. Safe for concurrent use.
 */
public final class FunctionQueries {

  private final Readers readers;

  FunctionQueries(Readers readers) {
    this.readers = readers;
  }

  /** Every function used in the range, by name. */
  public List<FunctionCounts> counts(Instant from, Instant to) {
    return readers.query(
        "function_counts",
        Map.of("from", from, "to", to),
        row ->
            new FunctionCounts(
                row.getString("function_name"),
                row.getLong("inferences"),
                row.getLong("decisions"),
                row.getLong("failed"),
                row.getLong("unpriced"),
                row.getLong("cost_nanos"),
                Rows.instant(row, "last_started_at")));
  }

  /**
   * The mean propensity of each variant over the function's last decisions.
   *
   * @param decisions how many to look back over
   * @return by variant; they sum to 1; empty before the first decision
   */
  public Map<String, Double> meanPropensities(String functionName, int decisions) {
    Map<String, Double> means = new LinkedHashMap<>();
    readers.query(
        "mean_propensities",
        Map.of("function", functionName, "decisions", decisions),
        row -> means.put(row.getString("variant"), row.getDouble("propensity")));
    return means;
  }

  /**
   * The same for each segment.
   *
   * @param decisions how many decisions of a segment to look back over
   * @return by segment, then variant
   */
  public Map<String, Map<String, Double>> meanPropensitiesBySegment(
      String functionName, int decisions) {
    Map<String, Map<String, Double>> means = new TreeMap<>();
    readers.query(
        "mean_propensities_by_segment",
        Map.of("function", functionName, "decisions", decisions),
        row ->
            means
                .computeIfAbsent(row.getString("segment"), s -> new LinkedHashMap<>())
                .put(row.getString("variant"), row.getDouble("propensity")));
    return means;
  }

  /**
   * Shares, rewards and cost over time, from the statistics as last refreshed.
   *
   * @param width length of a bucket, a multiple of 10 seconds; buckets are aligned to 1970 UTC
   * @param segment only this one, null for all
   * @param byLane whether lanes are kept apart
   */
  public List<VariantBucket> overTime(
      RewardRule rule,
      Instant from,
      Instant to,
      Duration width,
      @Nullable String segment,
      boolean byLane) {
    if (width.toMillis() < 10_000 || width.toMillis() % 10_000 != 0) {
      throw new IllegalArgumentException("a bucket must be a multiple of 10 s: " + width);
    }
    Map<String, @Nullable Object> values = new HashMap<>();
    values.put("function", rule.functionName());
    values.put("metric", rule.metric());
    values.put("from", from);
    values.put("to", to);
    values.put("width_us", width.toMillis() * 1_000);
    values.put("segment", segment);
    values.put("by_lane", byLane);
    return readers.query("variant_buckets", values, FunctionQueries::bucket);
  }

  /** Cost and latency per served variant, by name. */
  public List<VariantTotals> variantTotals(String functionName, Instant from, Instant to) {
    return readers.query(
        "variant_totals",
        Map.of("function", functionName, "from", from, "to", to),
        row ->
            new VariantTotals(
                row.getString("variant"),
                row.getLong("inferences"),
                row.getLong("priced"),
                row.getLong("cost_nanos"),
                presentQuantiles(row, "duration_us"),
                quantiles(row, "ttft_us"),
                presentQuantiles(row, "overhead_us")));
  }

  /** How many decisions per chosen variant have feedback. */
  public List<FeedbackCoverage> coverage(RewardRule rule, Instant from, Instant to, Instant asOf) {
    Map<String, @Nullable Object> values = rule.sqlValues(asOf);
    values.put("from", from);
    values.put("to", to);
    return readers.query(
        "feedback_coverage",
        values,
        row ->
            new FeedbackCoverage(
                row.getString("variant"),
                row.getLong("matured"),
                row.getLong("matured_valued"),
                row.getLong("filled"),
                row.getLong("waiting"),
                row.getLong("waiting_valued")));
  }

  /** How long feedback of a metric at inference level takes; null while there is none. */
  public @Nullable FeedbackDelay feedbackDelay(
      String functionName, String metric, Instant from, Instant to) {
    return readers
        .<@Nullable FeedbackDelay>query(
            "feedback_delays",
            Map.of("function", functionName, "metric", metric, "from", from, "to", to),
            row -> {
              Array delays = row.getArray("delay_us");
              if (delays == null) {
                return null;
              }
              Object[] micros = (Object[]) delays.getArray();
              return new FeedbackDelay(
                  row.getLong("feedbacks"), duration(micros[0]), duration(micros[1]));
            })
        .getFirst();
  }

  /**
   * Hands over the decisions of a range in the order of decision, each with its reward.
   *
   * @param asOf decides which decisions are matured
   * @param taker called on this thread while a reader is held: it must not query the store
   */
  public void decisions(
      RewardRule rule, Instant from, Instant to, Instant asOf, Consumer<LoggedDecision> taker) {
    Map<String, @Nullable Object> values = rule.sqlValues(asOf);
    values.put("from", from);
    values.put("to", to);
    Instant maturedBefore = asOf.minus(rule.attributionWindow());
    readers.each("logged_decisions", values, row -> taker.accept(logged(row, maturedBefore)));
  }

  /**
   * Hands over what was drawn in a range, in the order of decision, for allocation checks.
   *
   * @param taker called on this thread while a reader is held: it must not query the store
   */
  public void draws(String functionName, Instant from, Instant to, Consumer<DrawnDecision> taker) {
    readers.each(
        "allocation",
        Map.of("function", functionName, "from", from, "to", to),
        row -> taker.accept(drawn(row)));
  }

  /** Rejected feedback by reason and metric, most frequent first. */
  public List<FeedbackCount> rejectedFeedback(Instant from, Instant to) {
    return readers.query(
        "feedback_rejects",
        Map.of("from", from, "to", to),
        row ->
            new FeedbackCount(
                row.getString("metric_name"), row.getString("reason"), row.getLong("feedbacks")));
  }

  /** Accepted feedback about targets that are not in the store. */
  public List<FeedbackCount> orphanFeedback(Instant from, Instant to) {
    return readers.query(
        "feedback_orphans",
        Map.of("from", from, "to", to),
        row ->
            new FeedbackCount(
                row.getString("metric_name"),
                row.getString("target_type"),
                row.getLong("feedbacks")));
  }

  private static LoggedDecision logged(ResultSet row, Instant maturedBefore) throws SQLException {
    Instant decidedAt = Rows.instant(row, "started_at");
    long inferences = row.getLong("inferences");
    return new LoggedDecision(
        Rows.uuid(row, "inference_id"),
        Rows.uuid(row, "episode_id"),
        decidedAt,
        row.getString("segment"),
        row.getString("stratum"),
        row.getString("experiment_group"),
        row.getString("lane"),
        Rows.shares(row, "lane_shares"),
        row.getString("policy_generation"),
        row.getLong("policy_revision"),
        Rows.names(row, "candidates"),
        Rows.names(row, "exclusions"),
        Rows.reals(row, "predicted_quality"),
        Rows.reals(row, "policy_probabilities"),
        Rows.reals(row, "challenger_probabilities"),
        Rows.reals(row, "propensities"),
        row.getString("chosen_variant"),
        row.getDouble("propensity"),
        Rows.texts(row, "features"),
        "failed".equals(row.getString("outcome")),
        row.getBoolean("as_chosen"),
        inferences,
        row.getLong("cost_count") == inferences ? Rows.wholeOrNull(row, "cost_nanos") : null,
        row.getLong("output_tokens_count") > 0 ? Rows.wholeOrNull(row, "output_tokens") : null,
        Rows.realOrNull(row, "reward"),
        row.getBoolean("filled"),
        !decidedAt.isAfter(maturedBefore));
  }

  private static DrawnDecision drawn(ResultSet row) throws SQLException {
    String lane = row.getString("lane");
    return new DrawnDecision(
        Rows.instant(row, "started_at"),
        row.getString("segment"),
        row.getString("stratum"),
        lane == null ? "" : lane,
        Rows.shares(row, "lane_shares"),
        Rows.names(row, "candidates"),
        Rows.reals(row, "propensities"),
        row.getString("chosen_variant"));
  }

  private static VariantBucket bucket(ResultSet row) throws SQLException {
    return new VariantBucket(
        Rows.instant(row, "start"),
        row.getString("variant"),
        row.getString("lane_key"),
        row.getLong("pulls"),
        row.getDouble("expected_pulls"),
        row.getDouble("pull_variance"),
        row.getLong("served"),
        row.getLong("inferences"),
        row.getLong("failed"),
        row.getLong("feedbacks"),
        row.getDouble("reward_sum"),
        row.getDouble("reward_sum_squares"),
        row.getLong("filled"),
        row.getLong("cost_nanos"),
        row.getLong("cost_count"),
        row.getLong("baseline_cost_nanos"),
        row.getLong("compared_cost_nanos"),
        row.getLong("compared_count"));
  }

  private static Quantiles presentQuantiles(ResultSet row, String column) throws SQLException {
    Quantiles quantiles = quantiles(row, column);
    if (quantiles == null) {
      throw new SQLException(column + " has no quantiles");
    }
    return quantiles;
  }

  private static @Nullable Quantiles quantiles(ResultSet row, String column) throws SQLException {
    Array array = row.getArray(column);
    if (array == null) {
      return null;
    }
    Object[] q = (Object[]) array.getArray();
    return new Quantiles((Double) q[0], (Double) q[1], (Double) q[2], (Double) q[3]);
  }

  private static Duration duration(Object micros) {
    return Duration.of(Math.round((Double) micros), ChronoUnit.MICROS);
  }
}
