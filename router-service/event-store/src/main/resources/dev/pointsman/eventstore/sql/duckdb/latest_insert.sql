-- The decisions of [from, to) that are not there yet.
INSERT INTO latest_decision
SELECT function_name, segment, started_at, inference_id, candidates, propensities
FROM inference
WHERE kind = 'decision' AND started_at >= :from::TIMESTAMP AND started_at < :to::TIMESTAMP
  AND inference_id NOT IN (SELECT inference_id FROM latest_decision)
QUALIFY
  row_number() OVER (
    PARTITION BY function_name ORDER BY started_at DESC, inference_id DESC) <= :overall
  OR row_number() OVER (
    PARTITION BY function_name, segment ORDER BY started_at DESC, inference_id DESC) <= :by_segment
