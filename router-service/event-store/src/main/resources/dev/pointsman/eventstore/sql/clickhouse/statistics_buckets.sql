SELECT DISTINCT intDiv(toUnixTimestamp64Micro(bucket), 10000000) AS bucket
FROM statistics
WHERE function_name = :function AND metric_name = :metric
  AND bucket >= :from AND bucket < :to
