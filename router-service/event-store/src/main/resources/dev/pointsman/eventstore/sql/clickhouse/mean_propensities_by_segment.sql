WITH latest AS (
  SELECT segment, candidates, propensities,
    count() OVER (PARTITION BY segment) AS decisions
  FROM (
    SELECT segment, candidates, propensities
    FROM (
      SELECT segment, started_at, inference_id, candidates, propensities
      FROM latest_decision
      WHERE function_name = :function
      LIMIT 1 BY inference_id
    )
    ORDER BY started_at DESC, toUInt128(inference_id) DESC
    LIMIT :decisions BY segment
  )
)
SELECT segment, variant, sum(p) / any(decisions) AS propensity
FROM latest
ARRAY JOIN candidates AS variant, propensities AS p
GROUP BY segment, variant
ORDER BY segment, variant
