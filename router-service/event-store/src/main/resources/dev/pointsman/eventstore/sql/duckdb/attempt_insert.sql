-- The provider calls of the inferences of some buckets of one length, all of them in [from, to).
INSERT INTO attempt_rollup BY NAME
SELECT
  i.function_name,
  :width_us::BIGINT // 1000000 AS seconds,
  make_timestamp(epoch_us(i.started_at) // :width_us::BIGINT * :width_us::BIGINT) AS bucket,
  a.variant,
  a.model,
  a.provider,
  count(*) AS attempts,
  count(*) FILTER (WHERE a.status <> 'ok') AS failed,
  count(*) FILTER (WHERE a.http_status = 429) AS rate_limited,
  count(*) FILTER (WHERE a.error_class = 'timed_out') AS timeouts,
  count(*) FILTER (WHERE a.ordinal > 1) AS retries,
  coalesce(sum(a.cost_nanos), 0) AS cost_nanos,
  count(a.cost_nanos) AS cost_count,
  histogram(ceil(ln(greatest(a.duration_us, 1)) / ln(1.1::DOUBLE))::INTEGER) AS durations,
  coalesce(
    histogram(ceil(ln(greatest(a.ttft_us, 1)) / ln(1.1::DOUBLE))::INTEGER)
      FILTER (WHERE a.ttft_us IS NOT NULL),
    MAP {}) AS first_tokens
FROM inference i
JOIN attempt a ON a.inference_id = i.inference_id
WHERE i.started_at >= :from::TIMESTAMP AND i.started_at < :to::TIMESTAMP
  AND epoch_us(i.started_at) // :width_us::BIGINT IN (
--include dirty_buckets
  )
  -- An attempt is never far from its inference; this spares the rest of the table.
  AND a.started_at >= :from::TIMESTAMP - INTERVAL 1 DAY
  AND a.started_at < :to::TIMESTAMP + INTERVAL 1 DAY
GROUP BY ALL
