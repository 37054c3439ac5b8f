-- As logged_decisions, and beside each row the values of other metrics. One reading for all of them.
WITH scope AS (
  SELECT episode_id
  FROM inference
  WHERE function_name = :function AND kind = 'decision'
    AND started_at >= :from AND started_at < :to
),
--include unit_rewards
,
--include other_rewards
SELECT u.*, o.others AS others
FROM unit u
LEFT JOIN other o ON o.episode_id = u.episode_id
WHERE u.started_at >= :from AND u.started_at < :to
ORDER BY u.started_at, toUInt128(u.inference_id)
