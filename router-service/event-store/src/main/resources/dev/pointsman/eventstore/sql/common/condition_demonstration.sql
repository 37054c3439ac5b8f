i.inference_id IN (
  SELECT target_id FROM feedback
  WHERE metric_name = 'demonstration' AND target_type = 'inference' AND rejected IS NULL)
