-- How many decisions of a function began from a first bucket of ten seconds to a last one.
SELECT count()
FROM inference
WHERE function_name = :function AND kind = 'decision'
  AND started_at >= :first_bucket
  AND started_at < :last_bucket + INTERVAL 10 SECOND
