SELECT a.*, p.raw_request AS raw_request, p.raw_response AS raw_response
FROM attempt a
LEFT JOIN (
  SELECT attempt_id, raw_request, raw_response
  FROM attempt_payload
  WHERE toUInt128(inference_id) = toUInt128(toUUID(:inference))
) p ON p.attempt_id = a.attempt_id
WHERE toUInt128(a.inference_id) = toUInt128(toUUID(:inference))
ORDER BY a.ordinal
