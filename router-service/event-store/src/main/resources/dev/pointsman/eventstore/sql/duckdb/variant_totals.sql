-- Over served variants and inferences of every kind: what was paid for and how long it took.
SELECT
  served_variant AS variant,
  count(*) AS inferences,
  count(cost_nanos) AS priced,
  coalesce(sum(cost_nanos), 0)::BIGINT AS cost_nanos,
  quantile_cont(duration_us, [0.5, 0.9, 0.95, 0.99]) AS duration_us,
  quantile_cont(ttft_us, [0.5, 0.9, 0.95, 0.99]) AS ttft_us,
  quantile_cont(overhead_us, [0.5, 0.9, 0.95, 0.99]) AS overhead_us
FROM inference
WHERE function_name = :function AND served_variant IS NOT NULL
  AND started_at >= :from AND started_at < :to
GROUP BY served_variant
ORDER BY served_variant
