SELECT features[:feature] AS feature
FROM inference
WHERE function_name = :function AND kind = 'decision' AND started_at >= :since
ORDER BY started_at DESC, inference_id DESC
LIMIT 1
