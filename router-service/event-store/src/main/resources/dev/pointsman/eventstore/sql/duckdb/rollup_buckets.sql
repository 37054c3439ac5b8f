-- The buckets of one length in [from, to) that there is anything in.
SELECT DISTINCT epoch_us(bucket) // :width_us::BIGINT AS bucket
FROM ${table}
WHERE seconds = :width_us::BIGINT // 1000000
  AND bucket >= :from::TIMESTAMP AND bucket < :to::TIMESTAMP
