DELETE FROM statistics_mark WHERE function_name = :function AND metric_name = :metric
