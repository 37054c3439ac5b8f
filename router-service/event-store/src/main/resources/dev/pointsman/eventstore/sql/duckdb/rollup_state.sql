SELECT rule, as_of
FROM rollup_mark
WHERE function_name = :function AND metric_name = :metric
LIMIT 1
