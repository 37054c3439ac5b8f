-- Accepted, but about an inference or an episode that is not in the store.
SELECT metric_name, target_type, count() AS feedbacks
FROM feedback
WHERE rejected IS NULL AND received_at >= :from AND received_at < :to
  AND NOT (target_type = 'inference' AND toUInt128(target_id) IN (
    SELECT toUInt128(inference_id) FROM inference
    WHERE toUInt128(inference_id) IN (
      SELECT toUInt128(target_id) FROM feedback
      WHERE received_at >= :from AND received_at < :to)
    SETTINGS aggregate_functions_null_for_empty = 0))
  AND NOT (target_type = 'episode' AND toUInt128(target_id) IN (
    SELECT toUInt128(episode_id) FROM inference
    WHERE toUInt128(episode_id) IN (
      SELECT toUInt128(target_id) FROM feedback
      WHERE received_at >= :from AND received_at < :to)
    SETTINGS aggregate_functions_null_for_empty = 0))
GROUP BY metric_name, target_type
ORDER BY metric_name, target_type
