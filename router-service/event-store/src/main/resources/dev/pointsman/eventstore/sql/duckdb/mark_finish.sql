UPDATE ${marks} SET rule = :rule
WHERE function_name = :function AND metric_name = :metric
