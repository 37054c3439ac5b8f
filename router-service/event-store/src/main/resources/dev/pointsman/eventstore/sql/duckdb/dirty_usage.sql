-- The minutes that inferences which came in since started in.
SELECT DISTINCT epoch_us(a."at") // 60000000 AS bucket
FROM arrival a
LEFT JOIN rollup_mark m
  ON m.source = a.source AND m.function_name = '' AND m.metric_name = ''
WHERE a.seq > coalesce(m.seq, 0) AND a.target_type = 'started'
