DELETE FROM ${marks} WHERE function_name = :function AND metric_name = :metric
