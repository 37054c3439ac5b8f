DELETE FROM statistics${local}${on_cluster}
WHERE function_name = :function AND metric_name = :metric
  AND version < transform(toUnixTimestamp64Micro(bucket),
    arrayMap(b -> toInt64(b), splitByChar(',', :buckets)),
    arrayMap(v -> toInt64(v), splitByChar(',', :versions)), toInt64(0))
