-- Accepted, but about an inference or an episode that is not in the store.
SELECT f.metric_name, f.target_type, count(*) AS feedbacks
FROM feedback f
WHERE f.rejected IS NULL AND f.received_at >= :from AND f.received_at < :to
  AND NOT (f.target_type = 'inference'
    AND f.target_id IN (SELECT inference_id FROM inference))
  AND NOT (f.target_type = 'episode'
    AND f.target_id IN (SELECT episode_id FROM inference))
GROUP BY f.metric_name, f.target_type
ORDER BY f.metric_name, f.target_type
