-- Mean propensity per variant over the function's last decisions; a variant that was no candidate
-- of a decision had propensity 0 in it.
WITH latest AS (
  SELECT candidates, propensities
  FROM (
    SELECT started_at, inference_id, candidates, propensities
    FROM latest_decision
    WHERE function_name = :function
    LIMIT 1 BY inference_id
  )
  ORDER BY started_at DESC, toUInt128(inference_id) DESC
  LIMIT :decisions
)
SELECT variant, sum(p) / (SELECT count() FROM latest) AS propensity
FROM latest
ARRAY JOIN candidates AS variant, propensities AS p
GROUP BY variant
ORDER BY variant
