-- The same as decision_grouped from the statistics, which are finer and know fewer columns.
WITH
--include asked_rules
young AS (
  SELECT *
  FROM statistics
  SEMI JOIN asked USING (function_name, metric_name)
  WHERE bucket >= :from::TIMESTAMP AND bucket < :to::TIMESTAMP
    AND (:segment::VARCHAR IS NULL OR segment = :segment::VARCHAR)
    AND (:variant::VARCHAR IS NULL OR variant = :variant::VARCHAR)
    AND (:lane::VARCHAR IS NULL OR lane = :lane::VARCHAR)
)
SELECT
  function_name,
  CASE WHEN :width_us::BIGINT > 0
    THEN make_timestamp(epoch_us(bucket) // :width_us::BIGINT * :width_us::BIGINT)
  END AS start,
  CASE WHEN :by_segment::BOOLEAN THEN segment END AS segment_key,
  CASE WHEN :by_lane::BOOLEAN THEN lane END AS lane_key,
  CASE WHEN :by_generation::BOOLEAN THEN '' END AS generation_key,
  variant,
  sum(pulls)::BIGINT AS pulls,
  sum(expected_pulls) AS expected_pulls,
  sum(pull_variance) AS pull_variance,
  0 AS lane_draws,
  0 AS expected_lane_draws,
  0 AS lane_variance,
  sum(resplits)::BIGINT AS resplits,
  0 AS explored,
  0 AS explored_cost_nanos,
  0 AS explored_quality,
  sum(feedbacks)::BIGINT AS feedbacks,
  sum(reward_sum) AS reward_sum,
  sum(reward_sum_squares) AS reward_sum_squares,
  0 AS weight_sum,
  0 AS weight_sum_squares,
  0 AS weight_max,
  0 AS weighted_reward_sum,
  0 AS weighted_reward_sum_squares,
  0 AS squared_weight_reward_sum,
  sum(filled)::BIGINT AS filled,
  sum(clipped)::BIGINT AS clipped,
  sum(inferences)::BIGINT AS inferences,
  sum(served)::BIGINT AS served,
  sum(answered)::BIGINT AS answered,
  sum(failed)::BIGINT AS failed,
  sum(cost_nanos)::BIGINT AS cost_nanos,
  sum(cost_count)::BIGINT AS cost_count,
  0 AS priced_pulls,
  0 AS priced_cost_nanos,
  0 AS priced_cost_sum_squares,
  sum(baseline_cost_nanos)::BIGINT AS baseline_cost_nanos,
  sum(compared_cost_nanos)::BIGINT AS compared_cost_nanos,
  sum(compared_count)::BIGINT AS compared_count
FROM young
GROUP BY function_name, start, segment_key, lane_key, generation_key, variant
ORDER BY function_name, start, segment_key, generation_key, variant, lane_key
