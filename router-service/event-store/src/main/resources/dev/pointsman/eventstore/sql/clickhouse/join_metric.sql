LEFT JOIN (
  SELECT target_id,
    toNullable(argMax(
      coalesce(value_float, toFloat64(value_boolean)), tuple(received_at, toUInt128(feedback_id))))
      AS value
  FROM feedback
  WHERE metric_name = :metric_${n} AND target_type = :level_${n} AND rejected IS NULL
  GROUP BY target_id
) metric_${n} ON metric_${n}.target_id = i.${target}
