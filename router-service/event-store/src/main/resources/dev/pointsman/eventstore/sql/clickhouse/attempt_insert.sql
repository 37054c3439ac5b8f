-- The provider calls of the inferences of some buckets of one length, all of them in [from, to).
INSERT INTO attempt_rollup
  (function_name, seconds, bucket, variant, model, provider, attempts, failed, rate_limited, timeouts,
  retries, cost_nanos, cost_count, durations, first_tokens, version)
SELECT
  i.function_name,
  intDiv(:width_us, 1000000),
  fromUnixTimestamp64Micro(intDiv(i.started_us, :width_us) * :width_us, 'UTC') AS slot,
  a.variant,
  a.model,
  a.provider,
  count(),
  countIf(a.status <> 'ok'),
  countIf(a.http_status = 429),
  countIf(a.error_class = 'timed_out'),
  countIf(a.ordinal > 1),
  coalesce(sum(a.cost_nanos), 0),
  count(a.cost_nanos),
  sumMap(map(toInt32(ceil(log(greatest(a.duration_us, 1)) / log(1.1))), toInt64(1))),
  sumMap(if(a.ttft_us IS NULL, CAST(map(), 'Map(Int32, Int64)'),
    map(toInt32(ceil(log(greatest(assumeNotNull(a.ttft_us), 1)) / log(1.1))), toInt64(1)))),
  :version
FROM attempt a
JOIN (
  SELECT inference_id, function_name, toUnixTimestamp64Micro(started_at) AS started_us
  FROM inference
  WHERE started_at >= :from AND started_at < :to
    AND intDiv(toUnixTimestamp64Micro(started_at), :width_us) IN (
--include dirty_buckets
    )
) i ON i.inference_id = a.inference_id
WHERE toUInt128(a.inference_id) IN (
  SELECT toUInt128(inference_id)
  FROM inference
  WHERE started_at >= :from AND started_at < :to
    AND intDiv(toUnixTimestamp64Micro(started_at), :width_us) IN (
--include dirty_buckets
    ))
GROUP BY i.function_name, slot, a.variant, a.model, a.provider
