WITH head AS (
  SELECT *
  FROM inference
  WHERE function_name = :function AND kind = 'decision'
    AND started_at >= :from::TIMESTAMP AND started_at < :to::TIMESTAMP
),
--include unit_rewards
,
--include other_rewards
,
--include drawn_of
SELECT
  r.episode_id AS episode_id, r.draw AS draw, r.failed AS failed, r.reward AS reward,
  r.filled AS filled, o.others AS others
FROM drawn r
LEFT JOIN other o ON o.episode_id = r.episode_id
ORDER BY r.started_at, r.inference_id
