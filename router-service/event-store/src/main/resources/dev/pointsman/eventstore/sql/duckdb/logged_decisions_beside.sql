-- As logged_decisions, and beside each row the values of other metrics. One reading for all of them.
WITH head AS (
  SELECT *
  FROM inference
  WHERE function_name = :function AND kind = 'decision'
    AND started_at >= :from::TIMESTAMP AND started_at < :to::TIMESTAMP
),
--include unit_rewards
,
--include other_rewards
SELECT u.*, o.others
FROM unit u
LEFT JOIN other o ON o.episode_id = u.episode_id
WHERE u.started_at >= :from::TIMESTAMP AND u.started_at < :to::TIMESTAMP
ORDER BY u.started_at, u.inference_id
