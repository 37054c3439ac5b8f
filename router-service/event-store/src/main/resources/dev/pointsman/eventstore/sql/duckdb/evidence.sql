-- What a trainer learns from: the statistics of all lanes together, in buckets that are the longer
-- the older they are. Rewards are added as whole numbers, which no order of adding changes.
WITH young AS (
  SELECT
    *,
    epoch_us(bucket) AS us,
    CASE
      WHEN bucket < :days_before::TIMESTAMP
        AND us // 86400000000 NOT IN (SELECT unnest(string_split(:parted_days, ','))::BIGINT)
        THEN 86400000000
      WHEN bucket < :hours_before::TIMESTAMP
        AND us // 3600000000 NOT IN (SELECT unnest(string_split(:parted_hours, ','))::BIGINT)
        THEN 3600000000
      WHEN bucket < :minutes_before::TIMESTAMP THEN 60000000
      ELSE 10000000
    END AS width
  FROM statistics
  WHERE function_name = :function AND metric_name = :metric
    AND bucket >= :from::TIMESTAMP AND bucket < :to::TIMESTAMP AND pulls > 0
)
SELECT
  segment,
  variant,
  make_timestamp(us // width * width) AS start,
  sum(pulls)::BIGINT AS pulls,
  sum(feedbacks)::BIGINT AS feedbacks,
  sum(served_feedbacks)::BIGINT AS rewards,
  sum(floor(served_reward_sum * 1099511627776 + 0.5)::HUGEINT)::DOUBLE AS reward_units,
  sum(floor(served_reward_sum_squares * 1099511627776 + 0.5)::HUGEINT)::DOUBLE AS square_units,
  sum(answered)::BIGINT AS answered,
  sum(duration_us)::BIGINT AS duration_us,
  sum(output_tokens)::BIGINT AS output_tokens,
  sum(output_tokens_count)::BIGINT AS output_tokens_count
FROM young
GROUP BY segment, variant, start
ORDER BY start, segment, variant
