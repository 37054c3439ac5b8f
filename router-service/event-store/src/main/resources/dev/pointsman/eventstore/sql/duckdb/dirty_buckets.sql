-- The buckets whose figures may differ since a rule's statistics were last computed: those of the
-- decisions of every episode that something came in for, and those that matured meanwhile.
INSERT INTO temp.dirty_bucket
WITH came AS (
  SELECT a.*
  FROM arrival a
  LEFT JOIN statistics_mark m
    ON m.source = a.source AND m.function_name = :function AND m.metric_name = :metric
  WHERE a.seq > coalesce(m.seq, 0)
),
touched AS (
  SELECT episode_id
  FROM came
  WHERE function_name = :function
  UNION
  SELECT target_id
  FROM came
  WHERE metric_name = :metric AND target_type = 'episode' AND :level = 'episode'
  UNION
  SELECT i.episode_id
  FROM inference i
  JOIN came c ON c.target_id = i.inference_id
  WHERE c.metric_name = :metric AND c.target_type = 'inference'
    AND :level = 'inference' AND i.function_name = :function
)
SELECT DISTINCT make_timestamp(epoch_us(started_at) // 10000000 * 10000000)
FROM inference
WHERE function_name = :function AND kind = 'decision'
  AND (episode_id IN (SELECT episode_id FROM touched)
    OR :matures::BOOLEAN
      AND started_at > :matured_before::TIMESTAMP - to_microseconds(:window_us::BIGINT)
      AND started_at <= :as_of::TIMESTAMP - to_microseconds(:window_us::BIGINT))
