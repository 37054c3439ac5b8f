SELECT reward_rule, seq, as_of FROM statistics_mark
WHERE function_name = :function AND metric_name = :metric
