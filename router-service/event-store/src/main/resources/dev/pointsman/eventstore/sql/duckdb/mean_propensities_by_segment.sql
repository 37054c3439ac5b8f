WITH latest AS (
  SELECT segment, candidates, propensities
  FROM latest_decision
  WHERE function_name = :function
  QUALIFY
    row_number() OVER (PARTITION BY segment ORDER BY started_at DESC, inference_id DESC)
      <= :decisions
),
size AS (SELECT segment, count(*) AS decisions FROM latest GROUP BY segment),
arm AS (
  SELECT segment, unnest(candidates) AS variant, unnest(propensities) AS p FROM latest
)
SELECT segment, variant, sum(p) / any_value(decisions) AS propensity
FROM arm
JOIN size USING (segment)
GROUP BY segment, variant
ORDER BY segment, variant
