-- What was asked of a function, by the first decision of each episode as far as the range holds it.
SELECT
  argMin(inference_id, started_at) AS first_id,
  argMin(segment, started_at) AS first_segment,
  argMin(features['input_tokens'], started_at) AS tokens
FROM inference
WHERE function_name = :function AND kind = 'decision'
  AND started_at >= :from AND started_at < :to
GROUP BY episode_id
ORDER BY min(started_at), 1
