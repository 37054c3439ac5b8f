package dev.pointsman.eventstore;

import dev.pointsman.eventlog.Event;
import dev.pointsman.eventlog.FeedbackEvent;
import dev.pointsman.eventlog.InferenceEvent;
import dev.pointsman.routing.DecisionKind;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;

/** Every rollup row computed from events in memory, by column name: what the SQL is held to. */
final class RollupFold {

  private final RollupTags tags;
  private final List<InferenceEvent> inferences = new ArrayList<>();
  private final List<FeedbackEvent> feedback = new ArrayList<>();

  RollupFold(RollupTags tags) {
    this.tags = tags;
  }

  void accept(Event event) {
    switch (event) {
      case InferenceEvent inference -> inferences.add(inference);
      case FeedbackEvent value -> feedback.add(value);
      default -> {}
    }
  }

  /** Rows of one table, each sum under the names of its dimensions. */
  static final class Table {
    private final Map<Map<String, Object>, Map<String, Object>> rows = new HashMap<>();
    private final Map<String, Object> zeros = new TreeMap<>();
    private final Instant asOf;

    private Table(Instant asOf) {
      this.asOf = asOf;
    }

    private Table counts(String... names) {
      for (String name : names) {
        zeros.put(name, 0L);
      }
      return this;
    }

    private Table reals(String... names) {
      for (String name : names) {
        zeros.put(name, 0.0);
      }
      return this;
    }

    private Table histograms(String... names) {
      for (String name : names) {
        zeros.put(name, new TreeMap<Integer, Long>());
      }
      return this;
    }

    /** The rows of a time: of its minute while minutes are kept, its hour and day once over. */
    private List<Map<String, Object>> at(Instant time, Map<String, Object> dimensions) {
      List<Map<String, Object>> found = new ArrayList<>();
      for (Grain grain : List.of(Grain.MINUTE, Grain.HOUR, Grain.DAY)) {
        Instant start = grain.floor(time);
        boolean kept =
            grain == Grain.MINUTE
                ? !start.isBefore(RollupRefresh.minutesFrom(asOf))
                : !start.plus(grain.length()).isAfter(asOf);
        if (kept) {
          Map<String, Object> key = new LinkedHashMap<>(dimensions);
          key.put("seconds", grain.length().toSeconds());
          key.put("bucket", start);
          found.add(
              rows.computeIfAbsent(
                  key,
                  k -> {
                    Map<String, Object> sums = new TreeMap<>();
                    zeros.forEach(
                        (name, zero) ->
                            sums.put(name, zero instanceof TreeMap<?, ?> ? new TreeMap<>() : zero));
                    return sums;
                  }));
        }
      }
      return found;
    }

    /** Dimensions and sums together. */
    List<Map<String, Object>> rows() {
      List<Map<String, Object>> all = new ArrayList<>();
      rows.forEach(
          (key, sums) -> {
            Map<String, Object> row = new TreeMap<>(key);
            row.putAll(sums);
            all.add(row);
          });
      return all;
    }
  }

  private static void add(Map<String, Object> sums, String name, Long value) {
    if (value != null) {
      sums.merge(name, value, (a, b) -> (Long) a + (Long) b);
    }
  }

  private static void count(Map<String, Object> sums, String name, boolean holds) {
    add(sums, name, holds ? 1L : 0L);
  }

  private static void real(Map<String, Object> sums, String name, double value) {
    sums.merge(name, value, (a, b) -> (Double) a + (Double) b);
  }

  @SuppressWarnings("unchecked")
  private static void bin(Map<String, Object> sums, String name, Long micros) {
    if (micros != null) {
      ((Map<Integer, Long>) sums.get(name)).merge(LatencyHistogram.binOf(micros), 1L, Long::sum);
    }
  }

  private static String orEmpty(String name) {
    return name == null ? "" : name;
  }

  private Map<String, String> kept(InferenceEvent event) {
    Map<String, String> kept = new TreeMap<>(event.asker().tags());
    kept.keySet().retainAll(tags.names());
    return kept;
  }

  private Map<String, Object> dimensions(InferenceEvent event) {
    Map<String, Object> values = new LinkedHashMap<>();
    values.put("function_name", event.asker().functionName());
    values.put("segment", event.decision().segment());
    values.put(
        "generation",
        event.decision().version() == null ? "" : event.decision().version().generation());
    values.put("lane", orEmpty(event.decision().lane()));
    values.put("model", orEmpty(event.outcome().servedModel()));
    values.put("key_id", orEmpty(event.asker().keyId()));
    values.put("team_id", orEmpty(event.asker().teamId()));
    values.put("tags", kept(event));
    return values;
  }

  Table usage(Instant asOf) {
    Table table =
        new Table(asOf)
            .counts("inferences", "decisions", "answered", "failed", "abandoned", "truncated")
            .counts("fallbacks", "streams", "cache_hits", "cache_misses", "attempts")
            .counts("input_tokens", "input_tokens_count", "output_tokens", "output_tokens_count")
            .counts("cached_input_tokens", "cost_nanos", "cost_count")
            .counts("baseline_cost_nanos", "compared_cost_nanos", "compared_count", "duration_us")
            .reals("cost_sum_squares")
            .histograms("durations", "first_tokens", "overheads");
    for (InferenceEvent event : inferences) {
      Map<String, Object> dimensions = dimensions(event);
      dimensions.put("variant", orEmpty(event.outcome().servedVariant()));
      InferenceEvent.Outcome outcome = event.outcome();
      InferenceEvent.Quantities quantities = event.quantities();
      InferenceEvent.Tokens tokens = quantities.tokens();
      Long cost = quantities.costNanos();
      Long baseline = quantities.baselineCostNanos();
      for (Map<String, Object> row : table.at(event.at(), dimensions)) {
        count(row, "inferences", true);
        count(row, "decisions", event.decision().kind() == DecisionKind.DECISION);
        boolean routed = outcome.ending() == InferenceEvent.Ending.ROUTED;
        for (InferenceEvent.Ending ending : InferenceEvent.Ending.values()) {
          // What is left of all inferences was routed.
          if (ending != InferenceEvent.Ending.ROUTED) {
            count(row, ending.label(), outcome.ending() == ending);
          }
        }
        count(row, "fallbacks", outcome.fallback());
        count(row, "streams", outcome.stream());
        count(row, "cache_hits", outcome.cache().equals("hit"));
        count(row, "cache_misses", outcome.cache().equals("miss"));
        add(row, "attempts", (long) outcome.attempts());
        add(row, "input_tokens", tokens.input());
        count(row, "input_tokens_count", tokens.input() != null);
        add(row, "output_tokens", tokens.output());
        count(row, "output_tokens_count", tokens.output() != null);
        add(row, "cached_input_tokens", tokens.cachedInput());
        add(row, "cost_nanos", cost);
        count(row, "cost_count", cost != null);
        if (cost != null) {
          real(row, "cost_sum_squares", (double) cost * cost);
        }
        if (cost != null && baseline != null) {
          add(row, "baseline_cost_nanos", baseline);
          add(row, "compared_cost_nanos", cost);
          count(row, "compared_count", true);
        }
        add(row, "duration_us", quantities.durationMicros());
        bin(row, "durations", routed ? null : quantities.durationMicros());
        bin(row, "first_tokens", quantities.ttftMicros());
        bin(row, "overheads", quantities.overheadMicros());
        row.merge(
            "last_started_at", event.at(), (a, b) -> ((Instant) a).isAfter((Instant) b) ? a : b);
      }
    }
    return table;
  }

  Table attempts(Instant asOf) {
    Table table =
        new Table(asOf)
            .counts("attempts", "failed", "rate_limited", "timeouts", "retries")
            .counts("cost_nanos", "cost_count")
            .histograms("durations", "first_tokens");
    for (InferenceEvent event : inferences) {
      for (InferenceEvent.Attempt attempt : event.attempts()) {
        Map<String, Object> dimensions = new LinkedHashMap<>();
        dimensions.put("function_name", event.asker().functionName());
        dimensions.put("variant", attempt.variant());
        dimensions.put("model", attempt.model());
        dimensions.put("provider", attempt.provider());
        for (Map<String, Object> row : table.at(event.at(), dimensions)) {
          count(row, "attempts", true);
          count(row, "failed", !attempt.status().equals("ok"));
          count(row, "rate_limited", Integer.valueOf(429).equals(attempt.httpStatus()));
          count(row, "timeouts", "timed_out".equals(attempt.errorClass()));
          count(row, "retries", attempt.ordinal() > 1);
          add(row, "cost_nanos", attempt.costNanos());
          count(row, "cost_count", attempt.costNanos() != null);
          bin(row, "durations", attempt.durationMicros());
          bin(row, "first_tokens", attempt.ttftMicros());
        }
      }
    }
    return table;
  }

  Table feedback(Instant asOf) {
    Table table = new Table(asOf).counts("feedbacks").histograms("delays");
    for (FeedbackEvent value : feedback) {
      boolean ofEpisode = value.target() == FeedbackEvent.Target.EPISODE;
      InferenceEvent target =
          inferences.stream()
              .filter(
                  e -> {
                    UUID id = ofEpisode ? e.ids().episodeId() : e.ids().inferenceId();
                    return id.equals(value.targetId());
                  })
              .min(StatisticsFold.FIRST)
              .orElse(null);
      boolean known = value.rejected() == null && target != null;
      Map<String, Object> dimensions = new LinkedHashMap<>();
      dimensions.put("function_name", known ? target.asker().functionName() : "");
      dimensions.put("metric_name", value.metricName());
      dimensions.put("source", value.source());
      dimensions.put("target_type", value.target().label());
      dimensions.put("status", value.rejected() != null ? value.rejected() : known ? "" : "orphan");
      for (Map<String, Object> row : table.at(value.receivedAt(), dimensions)) {
        count(row, "feedbacks", true);
        if (known) {
          bin(
              row,
              "delays",
              java.time.temporal.ChronoUnit.MICROS.between(target.at(), value.receivedAt()));
        }
      }
    }
    return table;
  }

  Table decisions(RewardRule rule, Instant asOf) {
    Table table =
        new Table(asOf)
            .counts("pulls", "lane_draws", "resplits", "explored", "explored_cost_nanos")
            .counts("feedbacks", "filled", "clipped", "inferences", "served", "answered", "failed")
            .counts("cost_nanos", "cost_count", "priced_pulls", "priced_cost_nanos")
            .counts("baseline_cost_nanos", "compared_cost_nanos", "compared_count")
            .reals("expected_pulls", "pull_variance", "expected_lane_draws", "lane_variance")
            .reals("explored_quality", "reward_sum", "reward_sum_squares")
            .reals("weight_sum", "weight_sum_squares", "weight_max", "weighted_reward_sum")
            .reals("weighted_reward_sum_squares", "squared_weight_reward_sum")
            .reals("priced_cost_sum_squares");
    StatisticsFold fold = new StatisticsFold(rule);
    inferences.forEach(fold::accept);
    feedback.forEach(fold::accept);
    fold.units(asOf, unit -> addUnit(table, rule, unit));
    return table;
  }

  private void addUnit(Table table, RewardRule rule, StatisticsFold.Unit unit) {
    InferenceEvent deciding = unit.deciding();
    Map<String, Object> dimensions = dimensions(deciding);
    dimensions.put("metric_name", rule.metric());
    String chosen = deciding.decision().chosenVariant();
    for (Map<String, Object> row : rows(table, deciding, dimensions, chosen)) {
      addChosen(row, unit, chosen);
    }
    for (InferenceEvent member : unit.members()) {
      if (member.outcome().servedVariant() != null) {
        for (Map<String, Object> row :
            rows(table, deciding, dimensions, member.outcome().servedVariant())) {
          count(row, "served", true);
        }
      }
    }
    dimensions.put("model", "");
    List<String> candidates = deciding.decision().candidates();
    for (int i = 0; i < candidates.size(); i++) {
      double p = deciding.decision().propensities()[i];
      if (p > 0) {
        for (Map<String, Object> row : rows(table, deciding, dimensions, candidates.get(i))) {
          real(row, "expected_pulls", p);
          real(row, "pull_variance", p * (1 - p));
        }
      }
    }
    Map<String, Double> shares = deciding.decision().laneShares();
    if (shares.size() > 1) {
      shares.forEach(
          (lane, share) -> {
            Map<String, Object> ofLane = new LinkedHashMap<>(dimensions);
            ofLane.put("lane", lane);
            for (Map<String, Object> row : rows(table, deciding, ofLane, "")) {
              count(row, "lane_draws", lane.equals(deciding.decision().lane()));
              real(row, "expected_lane_draws", share);
              real(row, "lane_variance", share * (1 - share));
            }
          });
    }
  }

  private static List<Map<String, Object>> rows(
      Table table, InferenceEvent deciding, Map<String, Object> dimensions, String variant) {
    Map<String, Object> all = new LinkedHashMap<>(dimensions);
    all.put("variant", variant);
    return table.at(deciding.at(), all);
  }

  private static void addChosen(Map<String, Object> row, StatisticsFold.Unit unit, String chosen) {
    InferenceEvent deciding = unit.deciding();
    count(row, "pulls", true);
    boolean explored = deciding.decision().explored();
    count(row, "explored", explored);
    double[] policy = deciding.decision().policyProbabilities();
    List<String> candidates = deciding.decision().candidates();
    int arm = candidates.indexOf(chosen);
    if (explored && policy.length == candidates.size() && arm >= 0) {
      int greedy = 0;
      for (int i = 1; i < policy.length; i++) {
        greedy = policy[i] > policy[greedy] ? i : greedy;
      }
      long[] costs = deciding.decision().predictedCostNanos();
      if (costs.length > 0 && costs[arm] >= 0 && costs[greedy] >= 0) {
        add(row, "explored_cost_nanos", costs[arm] - costs[greedy]);
      }
      double[] quality = deciding.decision().predictedQuality();
      if (quality.length > 0) {
        real(row, "explored_quality", quality[greedy] - quality[arm]);
      }
    }
    add(row, "clipped", (long) unit.clipped());
    if (unit.reward() != null) {
      double r = unit.reward();
      double w = 1 / deciding.decision().propensity();
      count(row, "feedbacks", true);
      count(row, "filled", unit.filled());
      real(row, "reward_sum", r);
      real(row, "reward_sum_squares", r * r);
      real(row, "weight_sum", w);
      real(row, "weight_sum_squares", w * w);
      row.merge("weight_max", w, (a, b) -> Math.max((Double) a, (Double) b));
      real(row, "weighted_reward_sum", w * r);
      real(row, "weighted_reward_sum_squares", w * r * w * r);
      real(row, "squared_weight_reward_sum", w * w * r);
    }
    long cost = 0;
    boolean priced = true;
    for (InferenceEvent member : unit.members()) {
      String served = member.outcome().servedVariant();
      count(row, "inferences", true);
      count(
          row,
          "resplits",
          member.decision().kind() == DecisionKind.DECISION
              && !member.decision().chosenVariant().equals(chosen));
      count(
          row,
          "answered",
          member.outcome().ending() == InferenceEvent.Ending.ANSWERED && chosen.equals(served));
      count(row, "failed", member.outcome().ending() == InferenceEvent.Ending.FAILED);
      Long one = member.quantities().costNanos();
      Long baseline = member.quantities().baselineCostNanos();
      add(row, "cost_nanos", one);
      count(row, "cost_count", one != null);
      priced &= one != null;
      cost += one == null ? 0 : one;
      if (one != null && baseline != null) {
        add(row, "baseline_cost_nanos", baseline);
        add(row, "compared_cost_nanos", one);
        count(row, "compared_count", true);
      }
    }
    if (priced) {
      count(row, "priced_pulls", true);
      add(row, "priced_cost_nanos", cost);
      real(row, "priced_cost_sum_squares", (double) cost * cost);
    }
  }

  /** Mean propensities over the last decisions of a function, or of one segment of it. */
  Map<String, Double> lately(String function, String segment, int decisions) {
    List<InferenceEvent> last =
        inferences.stream()
            .filter(e -> e.asker().functionName().equals(function))
            .filter(e -> e.decision().kind() == DecisionKind.DECISION)
            .filter(e -> segment == null || e.decision().segment().equals(segment))
            .sorted(StatisticsFold.FIRST.reversed())
            .limit(decisions)
            .toList();
    Map<String, Double> means = new TreeMap<>();
    for (InferenceEvent decision : last) {
      for (int i = 0; i < decision.decision().candidates().size(); i++) {
        means.merge(
            decision.decision().candidates().get(i),
            decision.decision().propensities()[i] / last.size(),
            Double::sum);
      }
    }
    return means;
  }
}
