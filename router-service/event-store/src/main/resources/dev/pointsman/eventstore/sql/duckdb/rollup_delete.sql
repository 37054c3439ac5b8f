DELETE FROM ${table}
WHERE seconds = :width_us::BIGINT // 1000000
  AND bucket >= :from::TIMESTAMP AND bucket < :to::TIMESTAMP
  AND epoch_us(bucket) // :width_us::BIGINT IN (
--include dirty_buckets
  )
