WITH
--include feedback_rows
SELECT
  if(:width_us > 0,
    fromUnixTimestamp64Micro(
      intDiv(toUnixTimestamp64Micro(bucket), greatest(:width_us, 1)) * :width_us, 'UTC'),
    NULL) AS start,
  function_name, metric_name, source, target_type, status,
  sum(k.feedbacks) AS feedbacks
FROM kept k
GROUP BY start, function_name, metric_name, source, target_type, status
ORDER BY start, function_name, metric_name, source, target_type, status
