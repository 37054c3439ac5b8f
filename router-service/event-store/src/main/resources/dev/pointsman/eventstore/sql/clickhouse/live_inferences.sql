SELECT *
FROM inference
WHERE (:function IS NULL OR function_name = :function)
  AND started_at <= :before_time
  AND (started_at < :before_time OR toUInt128(inference_id) < toUInt128(toUUID(:before_id)))
ORDER BY started_at DESC, toUInt128(inference_id) DESC
LIMIT :page
