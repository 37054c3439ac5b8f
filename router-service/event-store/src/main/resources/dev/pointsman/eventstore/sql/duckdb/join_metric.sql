LEFT JOIN (
  SELECT target_id,
    max_by(coalesce(value_float, CAST(value_boolean AS DOUBLE)), (received_at, feedback_id)) AS value
  FROM feedback
  WHERE metric_name = :metric_${n} AND target_type = :level_${n} AND rejected IS NULL
  GROUP BY target_id
) metric_${n} ON metric_${n}.target_id = i.${target}
