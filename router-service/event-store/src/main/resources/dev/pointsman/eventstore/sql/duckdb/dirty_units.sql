-- The buckets whose figures may differ since a rule's rows were last computed: those of the decisions
-- of every episode that something came in for, and those that matured meanwhile.
WITH came AS (
  SELECT a.*
  FROM arrival a
  LEFT JOIN ${marks} m
    ON m.source = a.source AND m.function_name = :function AND m.metric_name = :metric
  WHERE a.seq > coalesce(m.seq, 0)
),
wanted AS (
  SELECT DISTINCT target_id
  FROM came
  WHERE metric_name = :metric AND target_type = 'inference' AND :level = 'inference'
),
touched AS (
  SELECT episode_id
  FROM came
  WHERE function_name = :function
  UNION ALL
  SELECT target_id
  FROM came
  WHERE metric_name = :metric AND target_type = 'episode' AND :level = 'episode'
  UNION ALL
  SELECT i.episode_id
  FROM inference i
  SEMI JOIN wanted w ON w.target_id = i.inference_id
  WHERE i.function_name = :function
    -- Ids hold their time, so bounds on them spare most of the table; a join alone does not.
    AND i.inference_id >= (
      SELECT coalesce(min(target_id), 'ffffffff-ffff-ffff-ffff-ffffffffffff'::UUID) FROM wanted)
    AND i.inference_id <= (SELECT max(target_id) FROM wanted)
)
SELECT DISTINCT epoch_us(started_at) // :width_us::BIGINT AS bucket
FROM inference
WHERE function_name = :function AND kind = 'decision'
  AND episode_id >= (
    SELECT coalesce(min(episode_id), 'ffffffff-ffff-ffff-ffff-ffffffffffff'::UUID) FROM touched)
  AND episode_id <= (SELECT max(episode_id) FROM touched)
  AND episode_id IN (SELECT episode_id FROM touched)
UNION
SELECT epoch_us(started_at) // :width_us::BIGINT
FROM inference
WHERE :matures::BOOLEAN AND function_name = :function AND kind = 'decision'
  AND started_at > :matured_before::TIMESTAMP - to_microseconds(:window_us::BIGINT)
  AND started_at <= :as_of::TIMESTAMP - to_microseconds(:window_us::BIGINT)
