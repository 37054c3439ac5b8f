SELECT *
FROM feedback
WHERE toUInt128(target_id) IN (toUInt128(toUUID(:inference)), toUInt128(toUUID(:episode)))
  AND (target_type = 'inference' AND target_id = toUUID(:inference)
    OR target_type = 'episode' AND target_id = toUUID(:episode))
ORDER BY received_at, toUInt128(feedback_id)
