-- The feedback received in some buckets of one length, all of them in [from, to), under a version.
INSERT INTO feedback_rollup
  (function_name, metric_name, source, target_type, status, seconds, bucket, feedbacks, delays,
  version)
WITH heard AS (
  SELECT *,
    intDiv(toUnixTimestamp64Micro(received_at), :width_us) AS slot_number,
    multiIf(rejected IS NOT NULL, '', target_type = 'inference', 'inference', 'episode') AS about
  FROM feedback
  WHERE received_at >= :from AND received_at < :to
    AND intDiv(toUnixTimestamp64Micro(received_at), :width_us) IN (
--include dirty_buckets
    )
),
inference_target AS (
  SELECT inference_id, function_name, toUnixTimestamp64Micro(started_at) AS started_us
  FROM inference
  WHERE (function_name, started_at) IN (
      SELECT function_name, started_at
      FROM inference
      WHERE toUInt128(inference_id) IN (
        SELECT toUInt128(target_id) FROM heard WHERE about = 'inference')
      SETTINGS aggregate_functions_null_for_empty = 0)
    AND inference_id IN (SELECT target_id FROM heard WHERE about = 'inference')
),
-- Of an episode the earliest inference speaks.
episode_target AS (
  SELECT episode_id, function_name, toUnixTimestamp64Micro(started_at) AS started_us
  FROM inference
  WHERE (function_name, started_at) IN (
      SELECT function_name, started_at
      FROM inference
      WHERE toUInt128(episode_id) IN (
        SELECT toUInt128(target_id) FROM heard WHERE about = 'episode')
      SETTINGS aggregate_functions_null_for_empty = 0)
    AND episode_id IN (SELECT target_id FROM heard WHERE about = 'episode')
  ORDER BY started_at, toUInt128(inference_id)
  LIMIT 1 BY episode_id
),
resolved AS (
  SELECT
    h.metric_name AS metric_name, h.source AS source, h.target_type AS target_type,
    h.slot_number AS slot_number,
    coalesce(i.function_name, e.function_name, '') AS known_function,
    coalesce(h.rejected, if(i.function_name IS NULL AND e.function_name IS NULL, 'orphan', ''))
      AS status,
    toUnixTimestamp64Micro(h.received_at) - coalesce(i.started_us, e.started_us) AS delay_us
  FROM heard h
  LEFT JOIN inference_target i
    ON i.inference_id = if(h.about = 'inference', h.target_id, toUUID('00000000-0000-0000-0000-000000000000'))
  LEFT JOIN episode_target e
    ON e.episode_id = if(h.about = 'episode', h.target_id, toUUID('00000000-0000-0000-0000-000000000000'))
)
SELECT
  known_function, metric_name, source, target_type, status,
  intDiv(:width_us, 1000000),
  fromUnixTimestamp64Micro(slot_number * :width_us, 'UTC') AS slot,
  count(),
  sumMap(if(delay_us IS NULL, CAST(map(), 'Map(Int32, Int64)'),
    map(toInt32(ceil(log(greatest(assumeNotNull(delay_us), 1)) / log(1.1))), toInt64(1)))),
  :version
FROM resolved
GROUP BY known_function, metric_name, source, target_type, status, slot
