-- What a range of a function's traffic consists of: one row per kind and stratum.
SELECT
  kind, stratum,
  count(*) AS inferences,
  min(started_at) AS first_started_at,
  max(started_at) AS last_started_at
FROM inference
WHERE function_name = :function AND started_at >= :from AND started_at < :to
GROUP BY kind, stratum
ORDER BY kind, stratum
