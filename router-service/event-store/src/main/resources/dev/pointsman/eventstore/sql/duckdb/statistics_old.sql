SELECT DISTINCT epoch_us(bucket) // (:seconds::BIGINT * 1000000) AS bucket
FROM statistics
WHERE function_name = :function AND metric_name = :metric
  AND seconds = :seconds AND bucket < :before::TIMESTAMP
