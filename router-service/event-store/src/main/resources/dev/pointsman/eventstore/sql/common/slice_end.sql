-- When the first decision behind so many starts; nothing when there are not as many.
SELECT started_at
FROM inference
WHERE function_name = :function AND kind = 'decision'
  AND started_at >= :from AND started_at < :to
ORDER BY started_at
LIMIT 1 OFFSET :most
