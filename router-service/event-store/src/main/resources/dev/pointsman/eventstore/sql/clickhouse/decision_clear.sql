DELETE FROM decision_rollup${local}${on_cluster}
WHERE function_name = :function AND metric_name = :metric AND bucket >= :from
