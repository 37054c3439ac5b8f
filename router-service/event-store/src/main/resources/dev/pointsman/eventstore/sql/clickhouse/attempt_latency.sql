WITH
--include attempt_rows
SELECT provider, model, bin, n
FROM (
  SELECT provider, model,
    sumMap(if(:measure = 'duration', durations, first_tokens)) AS bins
  FROM kept
  GROUP BY provider, model
)
ARRAY JOIN mapKeys(bins) AS bin, mapValues(bins) AS n
ORDER BY provider, model, bin
