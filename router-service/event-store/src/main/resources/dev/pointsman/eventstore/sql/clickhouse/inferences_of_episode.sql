SELECT *
FROM inference
WHERE (function_name, started_at) IN (
    SELECT function_name, started_at
    FROM inference
    WHERE toUInt128(episode_id) = toUInt128(toUUID(:episode))
    SETTINGS aggregate_functions_null_for_empty = 0)
  AND episode_id = toUUID(:episode)
ORDER BY started_at, toUInt128(inference_id)
