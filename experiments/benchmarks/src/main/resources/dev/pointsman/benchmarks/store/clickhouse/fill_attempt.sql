INSERT INTO attempt
SELECT
  inference_id, inference_id, 1, started_at, chosen_variant, concat('model-', chosen_variant),
  coalesce(served_provider, 'provider-0'), 'answer',
  if(outcome = 'answered', 'ok', 'failed'),
  if(outcome = 'answered', 200, NULL),
  error_class, NULL, input_tokens, output_tokens, NULL, NULL, NULL, cost_nanos, duration_us, ttft_us,
  finish_reason, false
FROM inference
WHERE started_at >= fromUnixTimestamp64Micro(${from_us}, 'UTC')
  AND started_at < fromUnixTimestamp64Micro(${to_us}, 'UTC')
