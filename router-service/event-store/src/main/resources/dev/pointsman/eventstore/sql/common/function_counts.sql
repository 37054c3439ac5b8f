SELECT
  function_name,
  count(*) AS inferences,
  count(*) FILTER (WHERE kind = 'decision') AS decisions,
  count(*) FILTER (WHERE outcome = 'failed') AS failed,
  count(*) FILTER (WHERE cost_nanos IS NULL) AS unpriced,
  coalesce(sum(cost_nanos), 0) AS cost_nanos,
  max(started_at) AS last_started_at
FROM inference
WHERE started_at >= :from AND started_at < :to
GROUP BY function_name
ORDER BY function_name
