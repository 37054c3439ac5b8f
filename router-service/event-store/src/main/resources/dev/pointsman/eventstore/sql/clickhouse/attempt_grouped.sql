WITH
--include attempt_rows
SELECT
  if(:width_us > 0,
    fromUnixTimestamp64Micro(
      intDiv(toUnixTimestamp64Micro(bucket), greatest(:width_us, 1)) * :width_us, 'UTC'),
    NULL) AS start,
  provider, model,
  sum(k.attempts) AS attempts,
  sum(k.failed) AS failed,
  sum(k.rate_limited) AS rate_limited,
  sum(k.timeouts) AS timeouts,
  sum(k.retries) AS retries,
  sum(k.cost_nanos) AS cost_nanos,
  sum(k.cost_count) AS cost_count
FROM kept k
GROUP BY start, provider, model
ORDER BY start, provider, model
