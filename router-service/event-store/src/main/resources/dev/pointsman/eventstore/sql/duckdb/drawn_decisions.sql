WITH head AS (
  SELECT *
  FROM inference
  WHERE function_name = :function AND kind = 'decision'
    AND started_at >= :from::TIMESTAMP AND started_at < :to::TIMESTAMP
),
--include unit_rewards
,
--include drawn_of
SELECT episode_id, draw, failed, reward, filled, '' AS others
FROM drawn
ORDER BY started_at, inference_id
