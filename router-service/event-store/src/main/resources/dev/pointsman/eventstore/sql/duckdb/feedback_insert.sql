-- The feedback received in some buckets of one length, all of them in [from, to).
INSERT INTO feedback_rollup BY NAME
WITH heard AS (
  SELECT *
  FROM feedback
  WHERE received_at >= :from::TIMESTAMP AND received_at < :to::TIMESTAMP
    AND epoch_us(received_at) // :width_us::BIGINT IN (
--include dirty_buckets
    )
),
wanted AS (SELECT DISTINCT target_type, target_id FROM heard WHERE rejected IS NULL),
target AS (
  SELECT 'inference' AS target_type, inference_id AS target_id, function_name, started_at
  FROM inference
  SEMI JOIN wanted ON target_type = 'inference' AND target_id = inference_id
  WHERE inference_id >= (SELECT min(target_id) FROM wanted WHERE target_type = 'inference')
    AND inference_id <= (SELECT max(target_id) FROM wanted WHERE target_type = 'inference')
  UNION ALL
  -- Of an episode the earliest inference speaks.
  SELECT 'episode', episode_id, function_name, started_at
  FROM inference
  SEMI JOIN wanted ON target_type = 'episode' AND target_id = episode_id
  WHERE episode_id >= (SELECT min(target_id) FROM wanted WHERE target_type = 'episode')
    AND episode_id <= (SELECT max(target_id) FROM wanted WHERE target_type = 'episode')
  QUALIFY row_number() OVER (PARTITION BY episode_id ORDER BY started_at, inference_id) = 1
),
resolved AS (
  SELECT
    h.*,
    coalesce(t.function_name, '') AS function_name,
    CASE
      WHEN h.rejected IS NOT NULL THEN h.rejected
      WHEN t.function_name IS NULL THEN 'orphan'
      ELSE ''
    END AS status,
    epoch_us(h.received_at) - epoch_us(t.started_at) AS delay_us
  FROM heard h
  LEFT JOIN target t
    ON h.rejected IS NULL AND t.target_type = h.target_type AND t.target_id = h.target_id
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
