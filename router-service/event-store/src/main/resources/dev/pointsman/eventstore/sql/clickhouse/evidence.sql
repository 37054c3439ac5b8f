-- What a trainer learns from: the statistics of all lanes together, in buckets that are the longer
-- the older they are. Rewards are added as whole numbers, which no order of adding changes.
WITH
--include statistics_current
SELECT
  segment,
  variant,
  fromUnixTimestamp64Micro(intDiv(us, width) * width, 'UTC') AS start,
  sum(k.pulls) AS pulls,
  sum(k.feedbacks) AS feedbacks,
  sum(k.served_feedbacks) AS rewards,
  toFloat64(sum(toInt128(floor(k.served_reward_sum * 1099511627776 + 0.5)))) AS reward_units,
  toFloat64(sum(toInt128(floor(k.served_reward_sum_squares * 1099511627776 + 0.5)))) AS square_units,
  sum(k.answered) AS answered,
  sum(k.duration_us) AS duration_us,
  sum(k.output_tokens) AS output_tokens,
  sum(k.output_tokens_count) AS output_tokens_count
FROM (
  SELECT
    *,
    toUnixTimestamp64Micro(bucket) AS us,
    multiIf(
      bucket < :days_before AND NOT has(
        arrayMap(d -> toInt64(d), splitByChar(',', :parted_days)), intDiv(us, 86400000000)),
      86400000000,
      bucket < :hours_before AND NOT has(
        arrayMap(h -> toInt64(h), splitByChar(',', :parted_hours)), intDiv(us, 3600000000)),
      3600000000,
      bucket < :minutes_before, 60000000,
      10000000) AS width
  FROM current_statistics
  WHERE current_statistics.pulls > 0
) AS k
GROUP BY segment, variant, start
ORDER BY start, segment, variant
