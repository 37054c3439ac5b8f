WITH head AS (
  SELECT *
  FROM inference
  WHERE function_name = :function AND kind = 'decision'
    AND started_at >= :from::TIMESTAMP AND started_at < :to::TIMESTAMP
),
--include unit_rewards
SELECT *
FROM unit
WHERE started_at >= :from::TIMESTAMP AND started_at < :to::TIMESTAMP
ORDER BY started_at, inference_id
