DELETE FROM latest_decision
WHERE inference_id IN (
  SELECT inference_id
  FROM latest_decision
  QUALIFY
    row_number() OVER (
      PARTITION BY function_name ORDER BY started_at DESC, inference_id DESC) > :overall
    AND row_number() OVER (
      PARTITION BY function_name, segment ORDER BY started_at DESC, inference_id DESC) > :by_segment)
