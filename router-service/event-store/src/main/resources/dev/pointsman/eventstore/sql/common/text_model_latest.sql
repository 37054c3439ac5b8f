SELECT model, published_at, provenance
FROM text_model
WHERE function_name = :function
ORDER BY published_at DESC
LIMIT 1
