-- The last one of each inference.
SELECT target_id, max_by(value_text, (received_at, feedback_id)) AS value_text
FROM feedback
WHERE metric_name = 'demonstration' AND target_type = 'inference' AND rejected IS NULL
  AND target_id IN (
--include given_ids
)
GROUP BY target_id
