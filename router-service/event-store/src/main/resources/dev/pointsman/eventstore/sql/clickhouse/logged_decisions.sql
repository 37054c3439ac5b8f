WITH scope AS (
  SELECT episode_id
  FROM inference
  WHERE function_name = :function AND kind = 'decision'
    AND started_at >= :from AND started_at < :to
),
--include unit_rewards
SELECT *
FROM unit
WHERE started_at >= :from AND started_at < :to
ORDER BY started_at, toUInt128(inference_id)
