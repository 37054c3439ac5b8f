-- Mean propensity per variant over the function's last decisions; a variant that was no candidate
-- of a decision had propensity 0 in it.
WITH latest AS (
  SELECT candidates, propensities
  FROM latest_decision
  WHERE function_name = :function
  ORDER BY started_at DESC, inference_id DESC
  LIMIT :decisions
),
arm AS (SELECT unnest(candidates) AS variant, unnest(propensities) AS p FROM latest)
SELECT variant, sum(p) / (SELECT count(*) FROM latest) AS propensity
FROM arm
GROUP BY variant
ORDER BY variant
