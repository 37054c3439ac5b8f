-- The statistics in longer buckets: shares, quality and cost over time all read this.
SELECT
  make_timestamp(epoch_us(bucket) // :width_us::BIGINT * :width_us::BIGINT) AS start,
  variant,
  CASE WHEN :by_lane::BOOLEAN THEN lane END AS lane_key,
  sum(pulls)::BIGINT AS pulls,
  sum(expected_pulls) AS expected_pulls,
  sum(pull_variance) AS pull_variance,
  sum(served)::BIGINT AS served,
  sum(inferences)::BIGINT AS inferences,
  sum(failed)::BIGINT AS failed,
  sum(feedbacks)::BIGINT AS feedbacks,
  sum(reward_sum) AS reward_sum,
  sum(reward_sum_squares) AS reward_sum_squares,
  sum(filled)::BIGINT AS filled,
  sum(cost_nanos)::BIGINT AS cost_nanos,
  sum(cost_count)::BIGINT AS cost_count,
  sum(baseline_cost_nanos)::BIGINT AS baseline_cost_nanos,
  sum(compared_cost_nanos)::BIGINT AS compared_cost_nanos,
  sum(compared_count)::BIGINT AS compared_count
FROM statistics
WHERE function_name = :function AND metric_name = :metric
  AND bucket >= :from AND bucket < :to
  AND (:segment::VARCHAR IS NULL OR segment = :segment::VARCHAR)
GROUP BY start, variant, lane_key
ORDER BY start, variant, lane_key
