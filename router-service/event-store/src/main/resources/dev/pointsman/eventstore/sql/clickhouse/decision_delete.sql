DELETE FROM decision_rollup${local}${on_cluster}
WHERE seconds = intDiv(:width_us, 1000000)
  AND function_name = :function AND metric_name = :metric
  AND version < transform(intDiv(toUnixTimestamp64Micro(bucket), :width_us),
    arrayMap(b -> toInt64(b), splitByChar(',', :buckets)),
    arrayMap(v -> toInt64(v), splitByChar(',', :versions)), toInt64(0))
