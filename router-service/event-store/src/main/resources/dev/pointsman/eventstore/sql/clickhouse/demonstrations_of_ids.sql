-- The last one of each inference.
SELECT target_id, argMax(value_text, tuple(received_at, toUInt128(feedback_id))) AS value_text
FROM feedback
WHERE metric_name = 'demonstration' AND target_type = 'inference' AND rejected IS NULL
  AND toUInt128(target_id) IN (SELECT toUInt128(toUUID(arrayJoin(splitByChar(',', :ids)))))
GROUP BY target_id
