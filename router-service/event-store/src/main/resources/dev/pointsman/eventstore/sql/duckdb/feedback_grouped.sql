WITH
--include feedback_rows
SELECT
  CASE WHEN :width_us::BIGINT > 0
    THEN make_timestamp(epoch_us(bucket) // :width_us::BIGINT * :width_us::BIGINT)
  END AS start,
  function_name, metric_name, source, target_type, status,
  sum(feedbacks)::BIGINT AS feedbacks
FROM kept
GROUP BY start, function_name, metric_name, source, target_type, status
ORDER BY start, function_name, metric_name, source, target_type, status
