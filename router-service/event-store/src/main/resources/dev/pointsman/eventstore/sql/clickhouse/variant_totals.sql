-- Over served variants and inferences of every kind: what was paid for and how long it took. Where
-- there is nothing to take quantiles of, there are none.
SELECT
  assumeNotNull(served_variant) AS variant,
  count() AS inferences,
  count(cost_nanos) AS priced,
  coalesce(sum(cost_nanos), 0) AS cost_nanos,
  quantilesExactInclusive(0.5, 0.9, 0.95, 0.99)(i.duration_us) AS duration_us,
  if(count(i.ttft_us) = 0, [], quantilesExactInclusive(0.5, 0.9, 0.95, 0.99)(i.ttft_us)) AS ttft_us,
  quantilesExactInclusive(0.5, 0.9, 0.95, 0.99)(i.overhead_us) AS overhead_us
FROM inference i
WHERE function_name = :function AND served_variant IS NOT NULL
  AND started_at >= :from AND started_at < :to
GROUP BY served_variant
ORDER BY served_variant
