-- The decisions of [from, to) that are not there yet and are among the last ones with those that are.
INSERT INTO latest_decision
WITH fresh AS (
  SELECT function_name, segment, started_at, inference_id, candidates, propensities
  FROM inference
  WHERE kind = 'decision' AND started_at >= :from::TIMESTAMP AND started_at < :to::TIMESTAMP
    AND inference_id NOT IN (SELECT inference_id FROM latest_decision)
)
SELECT * EXCLUDE (is_fresh)
FROM (
  SELECT *, TRUE AS is_fresh FROM fresh
  UNION ALL
  SELECT *, FALSE FROM latest_decision WHERE function_name IN (SELECT function_name FROM fresh)
)
QUALIFY is_fresh
  AND (
    row_number() OVER (
      PARTITION BY function_name ORDER BY started_at DESC, inference_id DESC) <= :overall
    OR row_number() OVER (
      PARTITION BY function_name, segment ORDER BY started_at DESC, inference_id DESC)
      <= :by_segment)
