-- The units decided in some longer buckets, all of them in [from, to), from the shorter ones: those
-- that count, or were computed just now.
INSERT INTO decision_rollup
--include decision_columns
SELECT
  function_name, metric_name, intDiv(:width_us, 1000000),
  fromUnixTimestamp64Micro(
    intDiv(toUnixTimestamp64Micro(d.bucket), :width_us) * :width_us, 'UTC') AS slot,
  segment, variant, generation, lane, model, key_id, team_id, tags,
  sum(d.pulls),
  sum(d.expected_pulls),
  sum(d.pull_variance),
  sum(d.lane_draws),
  sum(d.expected_lane_draws),
  sum(d.lane_variance),
  sum(d.resplits),
  sum(d.explored),
  sum(d.explored_cost_nanos),
  sum(d.explored_quality),
  sum(d.feedbacks),
  sum(d.reward_sum),
  sum(d.reward_sum_squares),
  sum(d.weight_sum),
  sum(d.weight_sum_squares),
  max(d.weight_max),
  sum(d.weighted_reward_sum),
  sum(d.weighted_reward_sum_squares),
  sum(d.squared_weight_reward_sum),
  sum(d.filled),
  sum(d.clipped),
  sum(d.inferences),
  sum(d.served),
  sum(d.answered),
  sum(d.failed),
  sum(d.cost_nanos),
  sum(d.cost_count),
  sum(d.priced_pulls),
  sum(d.priced_cost_nanos),
  sum(d.priced_cost_sum_squares),
  sum(d.baseline_cost_nanos),
  sum(d.compared_cost_nanos),
  sum(d.compared_count),
  :version
FROM decision_rollup d
WHERE function_name = :function AND metric_name = :metric
  AND seconds = :shorter AND d.bucket >= :from AND d.bucket < :to AND NOT computed_only
  AND intDiv(toUnixTimestamp64Micro(d.bucket), :width_us) IN (
--include dirty_buckets
  )
  AND (d.bucket, d.version) IN (
    SELECT bucket, max(version)
    FROM decision_rollup
    WHERE function_name = :function AND metric_name = :metric
      AND seconds = :shorter AND bucket >= :from AND bucket < :to AND version <= :version
    GROUP BY bucket)
GROUP BY function_name, metric_name, slot, segment, variant, generation, lane, model, key_id, team_id, tags
