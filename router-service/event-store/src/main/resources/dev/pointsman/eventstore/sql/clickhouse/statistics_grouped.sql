-- The same as decision_grouped from the statistics, which are finer and know fewer columns.
WITH current AS (
  SELECT *
  FROM statistics
  WHERE bucket >= :from AND bucket < :to AND variant <> ''
    AND
--include asked_rules
    AND (function_name, metric_name, bucket, version) IN (
      SELECT function_name, metric_name, bucket, max(version)
      FROM statistics
      WHERE bucket >= :from AND bucket < :to
        AND
--include asked_rules
        AND (function_name, metric_name, version) IN (
          SELECT function_name, metric_name, version FROM statistics_mark)
      GROUP BY function_name, metric_name, bucket)
    AND (:segment IS NULL OR segment = :segment)
    AND (:variant IS NULL OR variant = :variant)
    AND (:lane IS NULL OR lane = :lane)
)
SELECT
  function_name,
  if(:width_us > 0,
    fromUnixTimestamp64Micro(
      intDiv(toUnixTimestamp64Micro(bucket), greatest(:width_us, 1)) * :width_us, 'UTC'),
    NULL) AS start,
  if(:by_segment, CAST(segment AS Nullable(String)), NULL) AS segment_key,
  if(:by_lane, CAST(lane AS Nullable(String)), NULL) AS lane_key,
  if(:by_generation, CAST('' AS Nullable(String)), NULL) AS generation_key,
  variant,
  sum(k.pulls) AS pulls,
  sum(k.expected_pulls) AS expected_pulls,
  sum(k.pull_variance) AS pull_variance,
  0 AS lane_draws,
  0 AS expected_lane_draws,
  0 AS lane_variance,
  sum(k.resplits) AS resplits,
  0 AS explored,
  0 AS explored_cost_nanos,
  0 AS explored_quality,
  sum(k.feedbacks) AS feedbacks,
  sum(k.reward_sum) AS reward_sum,
  sum(k.reward_sum_squares) AS reward_sum_squares,
  0 AS weight_sum,
  0 AS weight_sum_squares,
  0 AS weight_max,
  0 AS weighted_reward_sum,
  0 AS weighted_reward_sum_squares,
  0 AS squared_weight_reward_sum,
  sum(k.filled) AS filled,
  sum(k.clipped) AS clipped,
  sum(k.inferences) AS inferences,
  sum(k.served) AS served,
  sum(k.answered) AS answered,
  sum(k.failed) AS failed,
  sum(k.cost_nanos) AS cost_nanos,
  sum(k.cost_count) AS cost_count,
  0 AS priced_pulls,
  0 AS priced_cost_nanos,
  0 AS priced_cost_sum_squares,
  sum(k.baseline_cost_nanos) AS baseline_cost_nanos,
  sum(k.compared_cost_nanos) AS compared_cost_nanos,
  sum(k.compared_count) AS compared_count
FROM current k
GROUP BY function_name, start, segment_key, lane_key, generation_key, variant
ORDER BY function_name, start, segment_key, generation_key, variant, lane_key
