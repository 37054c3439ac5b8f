    SELECT arrayJoin(arrayMap(b -> toInt64(b), splitByChar(',', :buckets)))
