-- Sums over decisions. Weights are about the main stratum, whose rows have a lane: a propensity of
-- another stratum is no chance in this one.
WITH
--include asked_rules
--include decision_rows
SELECT
  function_name,
  CASE WHEN :width_us::BIGINT > 0
    THEN make_timestamp(epoch_us(bucket) // :width_us::BIGINT * :width_us::BIGINT)
  END AS start,
  CASE WHEN :by_segment::BOOLEAN THEN segment END AS segment_key,
  CASE WHEN :by_lane::BOOLEAN THEN lane END AS lane_key,
  CASE WHEN :by_generation::BOOLEAN THEN generation END AS generation_key,
  variant,
  sum(pulls)::BIGINT AS pulls,
  sum(expected_pulls) AS expected_pulls,
  sum(pull_variance) AS pull_variance,
  sum(lane_draws)::BIGINT AS lane_draws,
  sum(expected_lane_draws) AS expected_lane_draws,
  sum(lane_variance) AS lane_variance,
  sum(resplits)::BIGINT AS resplits,
  sum(explored)::BIGINT AS explored,
  sum(explored_cost_nanos)::BIGINT AS explored_cost_nanos,
  sum(explored_quality) AS explored_quality,
  sum(feedbacks)::BIGINT AS feedbacks,
  sum(reward_sum) AS reward_sum,
  sum(reward_sum_squares) AS reward_sum_squares,
  coalesce(sum(weight_sum) FILTER (WHERE lane <> ''), 0) AS weight_sum,
  coalesce(sum(weight_sum_squares) FILTER (WHERE lane <> ''), 0) AS weight_sum_squares,
  coalesce(max(weight_max) FILTER (WHERE lane <> ''), 0) AS weight_max,
  coalesce(sum(weighted_reward_sum) FILTER (WHERE lane <> ''), 0) AS weighted_reward_sum,
  coalesce(sum(weighted_reward_sum_squares) FILTER (WHERE lane <> ''), 0) AS weighted_reward_sum_squares,
  coalesce(sum(squared_weight_reward_sum) FILTER (WHERE lane <> ''), 0) AS squared_weight_reward_sum,
  sum(filled)::BIGINT AS filled,
  sum(clipped)::BIGINT AS clipped,
  sum(inferences)::BIGINT AS inferences,
  sum(served)::BIGINT AS served,
  sum(answered)::BIGINT AS answered,
  sum(failed)::BIGINT AS failed,
  sum(cost_nanos)::BIGINT AS cost_nanos,
  sum(cost_count)::BIGINT AS cost_count,
  sum(priced_pulls)::BIGINT AS priced_pulls,
  sum(priced_cost_nanos)::BIGINT AS priced_cost_nanos,
  sum(priced_cost_sum_squares) AS priced_cost_sum_squares,
  sum(baseline_cost_nanos)::BIGINT AS baseline_cost_nanos,
  sum(compared_cost_nanos)::BIGINT AS compared_cost_nanos,
  sum(compared_count)::BIGINT AS compared_count
FROM kept
GROUP BY function_name, start, segment_key, lane_key, generation_key, variant
ORDER BY function_name, start, segment_key, generation_key, variant, lane_key
