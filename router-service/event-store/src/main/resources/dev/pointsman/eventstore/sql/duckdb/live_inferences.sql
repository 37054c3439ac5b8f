SELECT *
FROM inference
WHERE (:function::VARCHAR IS NULL OR function_name = :function::VARCHAR)
  AND (started_at, inference_id) < (:before_time::TIMESTAMP, :before_id::UUID)
  AND started_at <= :before_time::TIMESTAMP
ORDER BY started_at DESC, inference_id DESC
LIMIT :page
