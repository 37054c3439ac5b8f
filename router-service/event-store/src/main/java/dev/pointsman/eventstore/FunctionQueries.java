package dev.pointsman.eventstore;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * What policies did lately, the decisions that estimators work on, and what is counted row by row.
 * Ranges are [from, to) of the start of the inference or decision. Safe for concurrent use.
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
   * The mean propensity of each variant over the function's last decisions, as the rollups were
   * refreshed last.
   *
   * @param decisions how many to look back over, at most 1,000
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
   * @param decisions how many decisions of a segment to look back over, at most 200
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

  /** What a range of a function's traffic consists of, by kind and stratum. */
  public List<DecisionKindCount> kinds(String functionName, Instant from, Instant to) {
    return readers.query(
        "decision_kinds",
        Map.of("function", functionName, "from", from, "to", to),
        row ->
            new DecisionKindCount(
                row.getString("kind"),
                row.getString("stratum"),
                row.getLong("inferences"),
                Rows.instant(row, "first_started_at"),
                Rows.instant(row, "last_started_at")));
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
    long answered = row.getLong("answered");
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
        row.getLong("input_tokens_count") > 0 ? Rows.wholeOrNull(row, "input_tokens") : null,
        row.getLong("output_tokens_count") > 0 ? Rows.wholeOrNull(row, "output_tokens") : null,
        answered == 0 ? null : (Long) (row.getLong("duration_us") / answered),
        Rows.realOrNull(row, "reward"),
        row.getBoolean("filled"),
        !decidedAt.isAfter(maturedBefore));
  }
}
