INSERT INTO temp.dirty_bucket
SELECT DISTINCT make_timestamp(epoch_us(started_at) // 10000000 * 10000000)
FROM inference
WHERE function_name = :function AND kind = 'decision'
