SELECT epoch_us(started_at) // :width_us::BIGINT AS bucket, count(*) AS decisions
FROM inference
WHERE function_name = :function AND kind = 'decision'
GROUP BY bucket
