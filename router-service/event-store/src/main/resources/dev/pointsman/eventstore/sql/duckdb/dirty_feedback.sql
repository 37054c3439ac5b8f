-- The minutes that feedback was received in which came in since, or whose target may have.
WITH came AS (
  SELECT a.target_type, a."at"
  FROM arrival a
  LEFT JOIN rollup_mark m
    ON m.source = a.source AND m.function_name = '' AND m.metric_name = ''
  WHERE a.seq > coalesce(m.seq, 0)
),
started AS (
  SELECT DISTINCT epoch_us("at") // 60000000 AS minute FROM came WHERE target_type = 'started'
),
new_target AS (
  SELECT inference_id, episode_id
  FROM inference
  WHERE started_at >= make_timestamp((SELECT min(minute) FROM started) * 60000000)
    AND started_at < make_timestamp((SELECT max(minute) + 1 FROM started) * 60000000)
    AND epoch_us(started_at) // 60000000 IN (SELECT minute FROM started)
),
target AS (
  SELECT inference_id AS target_id FROM new_target
  UNION ALL
  SELECT episode_id FROM new_target
),
near AS MATERIALIZED (
  SELECT target_id, received_at
  FROM feedback
  WHERE rejected IS NULL
    AND target_id >= (
      SELECT coalesce(min(target_id), 'ffffffff-ffff-ffff-ffff-ffffffffffff'::UUID) FROM target)
    AND target_id <= (SELECT max(target_id) FROM target)
)
SELECT DISTINCT epoch_us("at") // 60000000 AS bucket FROM came WHERE target_type = 'received'
UNION
SELECT epoch_us(received_at) // 60000000
FROM near
WHERE target_id IN (
  -- Where no feedback is near, no table of targets is made.
  SELECT target_id FROM target WHERE target_id <= (SELECT max(target_id) FROM near))
