-- The buckets whose figures may differ since a rule's last complete refresh, by number: those
-- of the decisions of every episode that something came in for, and those that matured meanwhile.
WITH came AS (
  SELECT a.function_name AS function_name, a.episode_id AS episode_id,
    a.target_type AS target_type, a.target_id AS target_id, a.metric_name AS metric_name
  FROM arrival a
  WHERE a.seq > transform(toString(a.source),
    splitByChar(',', :sources), arrayMap(s -> toInt64(s), splitByChar(',', :reached)), toInt64(0))
),
touched AS (
  SELECT assumeNotNull(episode_id) AS episode_id
  FROM came
  WHERE function_name = :function
  UNION DISTINCT
  SELECT assumeNotNull(target_id)
  FROM came
  WHERE metric_name = :metric AND target_type = 'episode' AND :level = 'episode'
  UNION DISTINCT
  SELECT episode_id
  FROM inference
  WHERE :level = 'inference' AND function_name = :function
    AND (function_name, started_at) IN (
      SELECT function_name, started_at
      FROM inference
      WHERE toUInt128(inference_id) IN (
        SELECT toUInt128(assumeNotNull(target_id))
        FROM came
        WHERE metric_name = :metric AND target_type = 'inference')
      SETTINGS aggregate_functions_null_for_empty = 0)
    AND inference_id IN (
      SELECT assumeNotNull(target_id)
      FROM came
      WHERE metric_name = :metric AND target_type = 'inference')
)
SELECT DISTINCT intDiv(toUnixTimestamp64Micro(started_at), :width_us) AS bucket
FROM inference
WHERE function_name = :function AND kind = 'decision'
  AND ((function_name, started_at) IN (
      SELECT function_name, started_at
      FROM inference
      WHERE toUInt128(episode_id) IN (SELECT toUInt128(episode_id) FROM touched)
      SETTINGS aggregate_functions_null_for_empty = 0)
      AND episode_id IN (SELECT episode_id FROM touched)
    OR :matures
      AND started_at > :matured_before - toIntervalMicrosecond(:window_us)
      AND started_at <= :as_of - toIntervalMicrosecond(:window_us))
ORDER BY bucket
