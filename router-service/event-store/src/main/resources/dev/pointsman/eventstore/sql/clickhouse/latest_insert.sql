-- The last decisions of [from, to) in each segment.
INSERT INTO latest_decision
  (function_name, segment, started_at, inference_id, candidates, propensities)
SELECT function_name, segment, started_at, inference_id, candidates, propensities
FROM inference
WHERE kind = 'decision' AND started_at >= :from AND started_at < :to
ORDER BY started_at DESC, toUInt128(inference_id) DESC
LIMIT :by_segment BY function_name, segment
