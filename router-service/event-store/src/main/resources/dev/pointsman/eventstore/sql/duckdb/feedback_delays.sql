SELECT quantile_cont(epoch_us(f.received_at) - epoch_us(i.started_at), [0.5, 0.9]) AS delay_us,
  count(*) AS feedbacks
FROM feedback f
JOIN inference i ON i.inference_id = f.target_id
WHERE f.metric_name = :metric AND f.rejected IS NULL AND i.function_name = :function
  AND i.started_at >= :from AND i.started_at < :to
