WITH picked AS (
  SELECT segment, max_by(inference_id, (started_at, inference_id), :decisions::BIGINT) AS ids
  FROM inference
  WHERE function_name = :function AND kind = 'decision'
  GROUP BY segment
),
latest AS (
  SELECT i.segment, i.candidates, i.propensities
  FROM inference i
  JOIN (SELECT unnest(ids) AS inference_id FROM picked) USING (inference_id)
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
