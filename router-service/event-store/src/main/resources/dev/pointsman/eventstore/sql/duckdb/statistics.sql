SELECT *
FROM statistics
WHERE function_name = :function AND metric_name = :metric
  AND bucket >= :from AND bucket < :to
ORDER BY bucket, segment, variant, lane
