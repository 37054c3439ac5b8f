-- Attempts without their texts, in the order in which they were made.
SELECT a.*, NULL AS raw_request, NULL AS raw_response
FROM attempt a
WHERE a.started_at >= :from AND a.started_at <= :to
  AND a.inference_id IN
--include split_ids
ORDER BY a.inference_id, a.started_at, a.ordinal, a.attempt_id
