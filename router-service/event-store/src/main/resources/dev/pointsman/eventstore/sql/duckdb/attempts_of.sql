SELECT a.*, p.raw_request, p.raw_response
FROM attempt a
LEFT JOIN (SELECT * FROM attempt_payload WHERE inference_id = :inference) p
  ON p.attempt_id = a.attempt_id
WHERE a.inference_id = :inference
ORDER BY a.ordinal
