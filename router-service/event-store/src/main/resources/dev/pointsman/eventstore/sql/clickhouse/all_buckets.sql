SELECT DISTINCT intDiv(toUnixTimestamp64Micro(started_at), 10000000) * 10000000 AS bucket
FROM inference
WHERE function_name = :function AND kind = 'decision'
ORDER BY bucket
