-- The units decided in some longer buckets, all of them in [from, to), from the shorter ones.
INSERT INTO decision_rollup BY NAME
SELECT
  function_name,
  metric_name,
  :width_us::BIGINT // 1000000 AS seconds,
--include decision_sums
FROM (
  SELECT * REPLACE (
    make_timestamp(epoch_us(bucket) // :width_us::BIGINT * :width_us::BIGINT) AS bucket)
  FROM decision_rollup
  WHERE function_name = :function AND metric_name = :metric
    AND seconds = :shorter AND bucket >= :from::TIMESTAMP AND bucket < :to::TIMESTAMP
    AND epoch_us(bucket) // :width_us::BIGINT IN (
--include dirty_buckets
    )
)
GROUP BY ALL
