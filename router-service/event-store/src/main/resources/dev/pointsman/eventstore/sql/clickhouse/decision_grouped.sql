-- Sums over decisions. Weights are about the main stratum, whose rows have a lane: a propensity of
-- another stratum is no chance in this one.
WITH
--include decision_rows
SELECT
  function_name,
  if(:width_us > 0,
    fromUnixTimestamp64Micro(
      intDiv(toUnixTimestamp64Micro(bucket), greatest(:width_us, 1)) * :width_us, 'UTC'),
    NULL) AS start,
  if(:by_segment, CAST(segment AS Nullable(String)), NULL) AS segment_key,
  if(:by_lane, CAST(lane AS Nullable(String)), NULL) AS lane_key,
  if(:by_generation, CAST(generation AS Nullable(String)), NULL) AS generation_key,
  variant,
  sum(k.pulls) AS pulls,
  sum(k.expected_pulls) AS expected_pulls,
  sum(k.pull_variance) AS pull_variance,
  sum(k.lane_draws) AS lane_draws,
  sum(k.expected_lane_draws) AS expected_lane_draws,
  sum(k.lane_variance) AS lane_variance,
  sum(k.resplits) AS resplits,
  sum(k.explored) AS explored,
  sum(k.explored_cost_nanos) AS explored_cost_nanos,
  sum(k.explored_quality) AS explored_quality,
  sum(k.feedbacks) AS feedbacks,
  sum(k.reward_sum) AS reward_sum,
  sum(k.reward_sum_squares) AS reward_sum_squares,
  coalesce(sumIf(k.weight_sum, k.lane <> ''), 0) AS weight_sum,
  coalesce(sumIf(k.weight_sum_squares, k.lane <> ''), 0) AS weight_sum_squares,
  coalesce(maxIf(k.weight_max, k.lane <> ''), 0) AS weight_max,
  coalesce(sumIf(k.weighted_reward_sum, k.lane <> ''), 0) AS weighted_reward_sum,
  coalesce(sumIf(k.weighted_reward_sum_squares, k.lane <> ''), 0) AS weighted_reward_sum_squares,
  coalesce(sumIf(k.squared_weight_reward_sum, k.lane <> ''), 0) AS squared_weight_reward_sum,
  sum(k.filled) AS filled,
  sum(k.clipped) AS clipped,
  sum(k.inferences) AS inferences,
  sum(k.served) AS served,
  sum(k.answered) AS answered,
  sum(k.failed) AS failed,
  sum(k.cost_nanos) AS cost_nanos,
  sum(k.cost_count) AS cost_count,
  sum(k.priced_pulls) AS priced_pulls,
  sum(k.priced_cost_nanos) AS priced_cost_nanos,
  sum(k.priced_cost_sum_squares) AS priced_cost_sum_squares,
  sum(k.baseline_cost_nanos) AS baseline_cost_nanos,
  sum(k.compared_cost_nanos) AS compared_cost_nanos,
  sum(k.compared_count) AS compared_count
FROM kept k
GROUP BY function_name, start, segment_key, lane_key, generation_key, variant
ORDER BY function_name, start, segment_key, generation_key, variant, lane_key
