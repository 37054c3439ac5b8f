DELETE FROM decision_rollup
WHERE function_name = :function AND metric_name = :metric
  AND seconds = :seconds AND bucket >= :from::TIMESTAMP AND bucket < :to::TIMESTAMP
