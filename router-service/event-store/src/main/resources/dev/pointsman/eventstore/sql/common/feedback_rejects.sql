SELECT rejected AS reason, metric_name, count(*) AS feedbacks
FROM feedback
WHERE rejected IS NOT NULL AND received_at >= :from AND received_at < :to
GROUP BY rejected, metric_name
ORDER BY feedbacks DESC, reason, metric_name
