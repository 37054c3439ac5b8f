-- Buckets that hold more than the rows that count, with the version that does.
SELECT toUnixTimestamp64Micro(bucket) AS bucket, max(version) AS version
FROM statistics
WHERE function_name = :function AND metric_name = :metric
  AND version IN (
    SELECT version FROM statistics_mark
    WHERE function_name = :function AND metric_name = :metric)
GROUP BY bucket
HAVING uniqExact(version) > 1
ORDER BY bucket
LIMIT :most
