SELECT
  if(count() = 0, [],
    quantilesExactInclusive(0.5, 0.9)(
      toUnixTimestamp64Micro(f.received_at) - toUnixTimestamp64Micro(i.started_at))) AS delay_us,
  count() AS feedbacks
FROM feedback f
JOIN (
  SELECT inference_id, started_at
  FROM inference
  WHERE function_name = :function AND started_at >= :from AND started_at < :to
) i ON i.inference_id = f.target_id
WHERE f.metric_name = :metric AND f.rejected IS NULL
