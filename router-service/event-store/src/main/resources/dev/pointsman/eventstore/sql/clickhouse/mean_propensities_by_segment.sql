WITH latest AS (
  SELECT segment, candidates, propensities,
    count() OVER (PARTITION BY segment) AS decisions
  FROM (
    SELECT segment, candidates, propensities
    FROM inference
    WHERE function_name = :function AND kind = 'decision'
    ORDER BY started_at DESC, toUInt128(inference_id) DESC
    LIMIT :decisions BY segment
  )
)
SELECT segment, variant, sum(p) / any(decisions) AS propensity
FROM latest
ARRAY JOIN candidates AS variant, propensities AS p
GROUP BY segment, variant
ORDER BY segment, variant
