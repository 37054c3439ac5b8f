SELECT *
FROM text_model
WHERE function_name = :function AND model = :model
ORDER BY published_at DESC
LIMIT 1
