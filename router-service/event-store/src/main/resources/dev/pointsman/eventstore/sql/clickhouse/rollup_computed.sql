-- Says that buckets have been computed, also those that there is nothing in.
INSERT INTO ${table} (function_name, seconds, bucket, version, computed_only)
SELECT :function, intDiv(:width_us, 1000000),
  fromUnixTimestamp64Micro(number * :width_us, 'UTC'), :version, true
FROM (
  SELECT arrayJoin(arrayMap(b -> toInt64(b), splitByChar(',', :buckets))) AS number
)
