DELETE FROM decision_rollup
WHERE function_name = :function AND metric_name = :metric
  AND seconds = :width_us::BIGINT // 1000000
  AND bucket >= :from::TIMESTAMP AND bucket < :to::TIMESTAMP
  AND epoch_us(bucket) // :width_us::BIGINT IN (
--include dirty_buckets
  )
