-- Targets whose last value is this one.
SELECT target_id FROM feedback
WHERE metric_name = :metric_${n} AND target_type = :level_${n} AND rejected IS NULL
  AND value_boolean IS NOT NULL
GROUP BY target_id
HAVING argMax(value_boolean, tuple(received_at, toUInt128(feedback_id))) = :value_${n}
