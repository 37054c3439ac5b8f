DELETE FROM statistics
WHERE function_name = :function AND metric_name = :metric
  AND bucket >= :from::TIMESTAMP AND bucket < :to::TIMESTAMP
  AND epoch_us(bucket) // :width_us::BIGINT IN (
--include dirty_buckets
  )
