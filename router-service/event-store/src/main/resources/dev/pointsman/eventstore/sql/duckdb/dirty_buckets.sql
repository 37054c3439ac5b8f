-- The buckets whose figures may differ since a rule's statistics were last computed: those of the
-- decisions of every episode that something came in for, and those that matured meanwhile.
INSERT INTO temp.dirty_bucket
WITH touched AS (
  SELECT episode_id
  FROM arrival
  WHERE seq > :after::BIGINT AND function_name = :function
  UNION
  SELECT target_id
  FROM arrival
  WHERE seq > :after::BIGINT AND metric_name = :metric AND target_type = 'episode'
    AND :level = 'episode'
  UNION
  SELECT i.episode_id
  FROM inference i
  JOIN arrival a ON a.target_id = i.inference_id
  WHERE a.seq > :after::BIGINT AND a.metric_name = :metric AND a.target_type = 'inference'
    AND :level = 'inference' AND i.function_name = :function
)
SELECT DISTINCT make_timestamp(epoch_us(started_at) // 10000000 * 10000000)
FROM inference
WHERE function_name = :function AND kind = 'decision'
  AND (episode_id IN (SELECT episode_id FROM touched)
    OR :matures::BOOLEAN
      AND started_at > :matured_before::TIMESTAMP - to_microseconds(:window_us::BIGINT)
      AND started_at <= :as_of::TIMESTAMP - to_microseconds(:window_us::BIGINT))
