-- The feedback received in some buckets of one length, all of them in [from, to).
INSERT INTO feedback_rollup BY NAME
WITH heard AS (
  SELECT
    *,
    CASE WHEN rejected IS NULL AND target_type = 'inference' THEN target_id END AS about_inference,
    CASE WHEN rejected IS NULL AND target_type = 'episode' THEN target_id END AS about_episode
  FROM feedback
  WHERE received_at >= :from::TIMESTAMP AND received_at < :to::TIMESTAMP
    AND epoch_us(received_at) // :width_us::BIGINT IN (
--include dirty_buckets
    )
),
inference_target AS (
  SELECT inference_id, function_name, started_at
  FROM inference
  SEMI JOIN heard ON about_inference = inference_id
  -- Ids hold their time, so bounds on them spare most of the table; those of nothing, all of it.
  WHERE inference_id >= (
      SELECT coalesce(min(about_inference), 'ffffffff-ffff-ffff-ffff-ffffffffffff'::UUID)
      FROM heard)
    AND inference_id <= (SELECT max(about_inference) FROM heard)
),
-- Of an episode the earliest inference speaks.
episode_target AS (
  SELECT episode_id, function_name, started_at
  FROM inference
  SEMI JOIN heard ON about_episode = episode_id
  WHERE episode_id >= (
      SELECT coalesce(min(about_episode), 'ffffffff-ffff-ffff-ffff-ffffffffffff'::UUID)
      FROM heard)
    AND episode_id <= (SELECT max(about_episode) FROM heard)
  QUALIFY row_number() OVER (PARTITION BY episode_id ORDER BY started_at, inference_id) = 1
),
resolved AS (
  SELECT
    h.*,
    coalesce(i.function_name, e.function_name, '') AS function_name,
    coalesce(
      h.rejected,
      CASE WHEN i.function_name IS NULL AND e.function_name IS NULL THEN 'orphan' END,
      '') AS status,
    epoch_us(h.received_at) - epoch_us(coalesce(i.started_at, e.started_at)) AS delay_us
  FROM heard h
  LEFT JOIN inference_target i ON i.inference_id = h.about_inference
  LEFT JOIN episode_target e ON e.episode_id = h.about_episode
)
SELECT
  function_name,
  metric_name,
  source,
  target_type,
  status,
  :width_us::BIGINT // 1000000 AS seconds,
  make_timestamp(epoch_us(received_at) // :width_us::BIGINT * :width_us::BIGINT) AS bucket,
  count(*) AS feedbacks,
  coalesce(
    histogram(ceil(ln(greatest(delay_us, 1)) / ln(1.1::DOUBLE))::INTEGER)
      FILTER (WHERE delay_us IS NOT NULL),
    MAP {}) AS delays
FROM resolved
GROUP BY ALL
