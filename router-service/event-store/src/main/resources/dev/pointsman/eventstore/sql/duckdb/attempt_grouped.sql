WITH
--include attempt_rows
SELECT
  CASE WHEN :width_us::BIGINT > 0
    THEN make_timestamp(epoch_us(bucket) // :width_us::BIGINT * :width_us::BIGINT)
  END AS start,
  provider, model,
  sum(attempts)::BIGINT AS attempts,
  sum(failed)::BIGINT AS failed,
  sum(rate_limited)::BIGINT AS rate_limited,
  sum(timeouts)::BIGINT AS timeouts,
  sum(retries)::BIGINT AS retries,
  sum(cost_nanos)::BIGINT AS cost_nanos,
  sum(cost_count)::BIGINT AS cost_count
FROM kept
GROUP BY start, provider, model
ORDER BY start, provider, model
