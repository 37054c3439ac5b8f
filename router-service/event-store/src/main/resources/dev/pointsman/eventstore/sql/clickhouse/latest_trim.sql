DELETE FROM latest_decision${local}${on_cluster}
WHERE inference_id NOT IN (
  SELECT inference_id
  FROM latest_decision
  ORDER BY started_at DESC, toUInt128(inference_id) DESC
  LIMIT :by_segment BY function_name, segment)
