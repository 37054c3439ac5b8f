SELECT count() AS found
FROM decision_rollup
WHERE function_name = :function AND metric_name = :metric AND bucket >= :from
