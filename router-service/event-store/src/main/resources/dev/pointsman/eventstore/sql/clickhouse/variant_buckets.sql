-- The statistics in longer buckets: shares, quality and cost over time all read this.
WITH
--include statistics_current
SELECT
  fromUnixTimestamp64Micro(
    intDiv(toUnixTimestamp64Micro(bucket), :width_us) * :width_us, 'UTC') AS start,
  variant,
  if(:by_lane, CAST(lane AS Nullable(String)), NULL) AS lane_key,
  sum(s.pulls) AS pulls,
  sum(s.expected_pulls) AS expected_pulls,
  sum(s.pull_variance) AS pull_variance,
  sum(s.served) AS served,
  sum(s.inferences) AS inferences,
  sum(s.failed) AS failed,
  sum(s.feedbacks) AS feedbacks,
  sum(s.reward_sum) AS reward_sum,
  sum(s.reward_sum_squares) AS reward_sum_squares,
  sum(s.filled) AS filled,
  sum(s.cost_nanos) AS cost_nanos,
  sum(s.cost_count) AS cost_count,
  sum(s.baseline_cost_nanos) AS baseline_cost_nanos,
  sum(s.compared_cost_nanos) AS compared_cost_nanos,
  sum(s.compared_count) AS compared_count
FROM current_statistics s
WHERE :segment IS NULL OR segment = :segment
GROUP BY start, variant, lane_key
ORDER BY start, variant, lane_key
