-- The decisions of [from, to) that are not there yet and are among the last ones with those that are.
INSERT INTO latest_decision
WITH decided AS (
  SELECT function_name, segment, started_at
  FROM inference
  WHERE kind = 'decision' AND started_at >= :from::TIMESTAMP AND started_at < :to::TIMESTAMP
),
-- Ranks are found among the few that can have them: a window over all costs more than the rest.
last_overall AS (
  SELECT function_name, list_min(max(started_at, :overall::INTEGER)) AS since
  FROM decided
  GROUP BY function_name
),
last_by_segment AS (
  SELECT function_name, segment, list_min(max(started_at, :by_segment::INTEGER)) AS since
  FROM decided
  GROUP BY function_name, segment
),
fresh AS (
  SELECT i.function_name, i.segment, i.started_at, i.inference_id, i.candidates, i.propensities
  FROM inference i
  JOIN last_overall o ON o.function_name = i.function_name
  JOIN last_by_segment s ON s.function_name = i.function_name AND s.segment = i.segment
  WHERE i.kind = 'decision' AND i.started_at >= :from::TIMESTAMP AND i.started_at < :to::TIMESTAMP
    AND i.started_at >= least(o.since, s.since)
    AND i.inference_id NOT IN (SELECT inference_id FROM latest_decision)
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
