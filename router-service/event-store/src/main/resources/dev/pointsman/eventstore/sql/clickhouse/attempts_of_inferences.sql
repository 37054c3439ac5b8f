SELECT a.*, CAST(NULL AS Nullable(String)) AS raw_request, CAST(NULL AS Nullable(String)) AS raw_response
FROM attempt a
WHERE a.started_at >= :from AND a.started_at <= :to
  AND a.inference_id IN
--include split_ids
ORDER BY a.inference_id, a.started_at, a.ordinal, toUInt128(a.attempt_id)
