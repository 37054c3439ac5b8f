package dev.pointsman.eventstore;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.UUID;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.stream.Collectors;
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
    Instant maturedBefore = asOf.minus(rule.attributionWindow());
    readers.each(
        "logged_decisions",
        of(rule, from, to, asOf),
        row -> taker.accept(logged(row, maturedBefore)));
  }

  /** Takes a decision with its rewards by other metrics, null where nobody said anything. */
  @FunctionalInterface
  public interface BesideTaker {
    void take(LoggedDecision decision, List<@Nullable Double> others);
  }

  /**
   * The same with the rewards by other metrics beside each, in one reading for all of them. What no
   * feedback gave has none: their rules' {@code noFeedback} is not applied.
   *
   * @param others rules of the same function and window; may be none
   * @param taker called on this thread while a reader is held: it must not query the store
   * @throws IllegalArgumentException if another rule is of another function or window
   */
  public void decisions(
      RewardRule rule,
      List<RewardRule> others,
      Instant from,
      Instant to,
      Instant asOf,
      BesideTaker taker) {
    if (others.isEmpty()) {
      decisions(rule, from, to, asOf, row -> taker.take(row, List.of()));
      return;
    }
    Instant maturedBefore = asOf.minus(rule.attributionWindow());
    readers.each(
        "logged_decisions_beside",
        beside(rule, others, from, to, asOf),
        row -> taker.take(logged(row, maturedBefore), rewards(others, row.getString("others"))));
  }

  /** Takes a decision with its rewards by other metrics, null where nobody said anything. */
  @FunctionalInterface
  public interface DrawnTaker {
    void take(DrawnDecision decision, List<@Nullable Double> others);
  }

  /**
   * Hands over the decisions of the main stratum that have propensities, in the order of decision,
   * with what is to be known for checking how they were drawn; rewards are those of {@link
   * #decisions}.
   *
   * @param others rules of the same function and window; may be none
   * @param taker called on this thread while a reader is held: it must not query the store
   * @throws IllegalArgumentException if another rule is of another function or window
   */
  public void drawn(
      RewardRule rule,
      List<RewardRule> others,
      Instant from,
      Instant to,
      Instant asOf,
      DrawnTaker taker) {
    Map<String, DrawnDecision.Draw> draws = new HashMap<>();
    readers.each(
        others.isEmpty() ? "drawn_decisions" : "drawn_decisions_beside",
        others.isEmpty() ? of(rule, from, to, asOf) : beside(rule, others, from, to, asOf),
        row ->
            taker.take(
                new DrawnDecision(
                    Rows.uuid(row, "episode_id"),
                    draws.computeIfAbsent(row.getString("draw"), DrawnDecision.Draw::parse),
                    row.getBoolean("failed"),
                    Rows.realOrNull(row, "reward"),
                    row.getBoolean("filled")),
                others.isEmpty() ? List.of() : rewards(others, row.getString("others"))));
  }

  /**
   * Where a range ends if it is to hold at most so many decisions, give or take those that started in
   * the same microsecond.
   *
   * @return behind the last of them; {@code to} when there are not more
   */
  public Instant sliceEnd(String functionName, Instant from, Instant to, int most) {
    List<Instant> found =
        readers.query(
            "slice_end",
            Map.of("function", functionName, "from", from, "to", to, "most", most),
            row -> Rows.instant(row, "started_at"));
    return found.isEmpty()
        ? to
        : found.getFirst().isAfter(from) ? found.getFirst() : from.plusNanos(1_000);
  }

  /** Takes what was asked; the number of tokens as it was logged, empty where it was not. */
  @FunctionalInterface
  public interface RequestTaker {
    void take(UUID inferenceId, String segment, String inputTokens);
  }

  /**
   * Hands over the segment and size of what was asked of a function, once per episode, in order.
   *
   * @param taker called on this thread while a reader is held: it must not query the store
   */
  public void requests(String functionName, Instant from, Instant to, RequestTaker taker) {
    readers.each(
        "request_sizes",
        Map.of("function", functionName, "from", from, "to", to),
        row ->
            taker.take(
                Rows.uuid(row, "first_id"),
                row.getString("first_segment"),
                Objects.requireNonNullElse(row.getString("tokens"), "")));
  }

  private static Map<String, @Nullable Object> of(
      RewardRule rule, Instant from, Instant to, Instant asOf) {
    Map<String, @Nullable Object> values = rule.sqlValues(asOf);
    values.put("from", from);
    values.put("to", to);
    return values;
  }

  private static Map<String, @Nullable Object> beside(
      RewardRule rule, List<RewardRule> others, Instant from, Instant to, Instant asOf) {
    for (RewardRule other : others) {
      if (!other.functionName().equals(rule.functionName())
          || !other.attributionWindow().equals(rule.attributionWindow())) {
        throw new IllegalArgumentException(
            "metric %s of %s is read beside %s of %s: function and window must be the same"
                .formatted(
                    other.metric(), other.functionName(), rule.metric(), rule.functionName()));
      }
    }
    Map<String, @Nullable Object> values = of(rule, from, to, asOf);
    values.put("other_metrics", lines(others, RewardRule::metric));
    values.put("other_levels", lines(others, other -> other.level().label()));
    values.put("other_types", lines(others, other -> other.type().label()));
    return values;
  }

  private static String lines(List<RewardRule> rules, Function<RewardRule, String> text) {
    return rules.stream().map(text).collect(Collectors.joining("\n"));
  }

  /** The mean reward by each rule over the values that a decision has, as {@code number value,…}. */
  private static List<@Nullable Double> rewards(List<RewardRule> rules, @Nullable String valued) {
    double[] sums = new double[rules.size()];
    int[] counts = new int[rules.size()];
    if (valued != null && !valued.isEmpty()) {
      for (String one : valued.split(",", -1)) {
        int space = one.indexOf(' ');
        int rule = Integer.parseInt(one.substring(0, space)) - 1;
        sums[rule] += rules.get(rule).reward(Double.parseDouble(one.substring(space + 1)));
        counts[rule]++;
      }
    }
    List<@Nullable Double> rewards = new ArrayList<>(sums.length);
    for (int rule = 0; rule < sums.length; rule++) {
      rewards.add(counts[rule] == 0 ? null : Double.valueOf(sums[rule] / counts[rule]));
    }
    return rewards;
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
