-- About an episode and about its inferences, in order of arrival.
SELECT *
FROM feedback
WHERE (target_type = 'episode' AND toUInt128(target_id) = toUInt128(toUUID(:episode)))
  OR (target_type = 'inference' AND toUInt128(target_id) IN (
    SELECT toUInt128(inference_id)
    FROM inference
    WHERE (function_name, started_at) IN (
        SELECT function_name, started_at
        FROM inference
        WHERE toUInt128(episode_id) = toUInt128(toUUID(:episode))
        SETTINGS aggregate_functions_null_for_empty = 0)
      AND episode_id = toUUID(:episode)))
ORDER BY received_at, toUInt128(feedback_id)
LIMIT :most
