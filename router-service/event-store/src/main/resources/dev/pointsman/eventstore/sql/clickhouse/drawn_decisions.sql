WITH scope AS (
  SELECT DISTINCT episode_id
  FROM inference
  WHERE function_name = :function AND kind = 'decision'
    AND started_at >= :from AND started_at < :to
),
--include unit_rewards
,
--include drawn_of
SELECT episode_id, draw, failed, reward, filled, '' AS others
FROM drawn
ORDER BY started_at, toUInt128(inference_id)
