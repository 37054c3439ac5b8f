-- Targets whose last value compares like this.
SELECT target_id FROM feedback
WHERE metric_name = :metric_${n} AND target_type = :level_${n} AND rejected IS NULL
  AND value_float IS NOT NULL
GROUP BY target_id
HAVING argMax(value_float, tuple(received_at, toUInt128(feedback_id))) ${comparison} :value_${n}
