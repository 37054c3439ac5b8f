DELETE FROM ${table}${local}${on_cluster}
WHERE seconds = intDiv(:width_us, 1000000)
  AND version < transform(intDiv(toUnixTimestamp64Micro(bucket), :width_us),
    arrayMap(b -> toInt64(b), splitByChar(',', :buckets)),
    arrayMap(v -> toInt64(v), splitByChar(',', :versions)), toInt64(0))
