SELECT DISTINCT epoch_us(started_at) // :width_us::BIGINT AS bucket
FROM inference
WHERE function_name = :function AND kind = 'decision'
