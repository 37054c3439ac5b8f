SELECT DISTINCT intDiv(toUnixTimestamp64Micro(started_at), :width_us) AS bucket
FROM inference
WHERE function_name = :function AND kind = 'decision'
