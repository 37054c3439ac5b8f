SELECT inference_id, started_at
FROM inference
WHERE toUInt128(inference_id) = toUInt128(toUUID(:inference))
SETTINGS aggregate_functions_null_for_empty = 0
