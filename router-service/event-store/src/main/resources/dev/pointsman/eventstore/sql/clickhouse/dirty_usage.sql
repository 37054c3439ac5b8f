-- The minutes that inferences which came in since started in.
SELECT DISTINCT intDiv(toUnixTimestamp64Micro(assumeNotNull(a."at")), 60000000) AS bucket
FROM arrival a
  WHERE a.seq > transform(toString(a.source),
    splitByChar(',', :sources), arrayMap(s -> toInt64(s), splitByChar(',', :reached)), toInt64(0))
  AND a.target_type = 'started'
