INSERT INTO attempt
SELECT
  inference_id, inference_id, 1, started_at, chosen_variant, 'model-' || chosen_variant,
  coalesce(served_provider, 'provider-0'), 'answer',
  CASE WHEN outcome = 'answered' THEN 'ok' ELSE 'failed' END,
  CASE WHEN outcome = 'answered' THEN 200 END,
  error_class, NULL, input_tokens, output_tokens, NULL, NULL, NULL, cost_nanos, duration_us, ttft_us,
  finish_reason, FALSE
FROM inference
WHERE started_at >= make_timestamp(${from_us}) AND started_at < make_timestamp(${to_us})
