WITH
--include attempt_rows
,
counted AS (
  SELECT
    provider, model,
    unnest(map_keys(CASE :measure WHEN 'duration' THEN durations ELSE first_tokens END)) AS bin,
    unnest(map_values(CASE :measure WHEN 'duration' THEN durations ELSE first_tokens END)) AS n
  FROM kept
)
SELECT provider, model, bin, sum(n)::BIGINT AS n
FROM counted
GROUP BY provider, model, bin
ORDER BY provider, model, bin
