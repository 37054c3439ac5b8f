-- Buckets of one length that hold rows that do not count any more, with the version that does.
SELECT number AS bucket, max(version) AS version
FROM (
  SELECT intDiv(toUnixTimestamp64Micro(bucket), :width_us) AS number, version
  FROM decision_rollup
  WHERE seconds = intDiv(:width_us, 1000000)
    AND function_name = :function AND metric_name = :metric
    AND version <= (
      SELECT max(version) FROM rollup_mark
      WHERE function_name = :function AND metric_name = :metric)
)
GROUP BY number
HAVING uniqExact(version) > 1
ORDER BY number
LIMIT :most
