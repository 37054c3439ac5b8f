WITH
--include usage_rows
SELECT
  CASE WHEN :width_us::BIGINT > 0
    THEN make_timestamp(epoch_us(bucket) // :width_us::BIGINT * :width_us::BIGINT)
  END AS start,
  CASE :first
    WHEN 'function' THEN function_name
    WHEN 'segment' THEN segment
    WHEN 'variant' THEN variant
    WHEN 'generation' THEN generation
    WHEN 'lane' THEN lane
    WHEN 'model' THEN model
    WHEN 'key' THEN key_id
    WHEN 'team' THEN team_id
    WHEN 'tag' THEN coalesce(tags[:tag], '')
    ELSE ''
  END AS first_name,
  CASE :second
    WHEN 'function' THEN function_name
    WHEN 'segment' THEN segment
    WHEN 'variant' THEN variant
    WHEN 'generation' THEN generation
    WHEN 'lane' THEN lane
    WHEN 'model' THEN model
    WHEN 'key' THEN key_id
    WHEN 'team' THEN team_id
    WHEN 'tag' THEN coalesce(tags[:tag], '')
    ELSE ''
  END AS second_name,
  sum(inferences)::BIGINT AS inferences,
  sum(decisions)::BIGINT AS decisions,
  sum(answered)::BIGINT AS answered,
  sum(failed)::BIGINT AS failed,
  sum(abandoned)::BIGINT AS abandoned,
  sum(truncated)::BIGINT AS truncated,
  sum(fallbacks)::BIGINT AS fallbacks,
  sum(streams)::BIGINT AS streams,
  sum(cache_hits)::BIGINT AS cache_hits,
  sum(cache_misses)::BIGINT AS cache_misses,
  sum(attempts)::BIGINT AS attempts,
  sum(input_tokens)::BIGINT AS input_tokens,
  sum(input_tokens_count)::BIGINT AS input_tokens_count,
  sum(output_tokens)::BIGINT AS output_tokens,
  sum(output_tokens_count)::BIGINT AS output_tokens_count,
  sum(cached_input_tokens)::BIGINT AS cached_input_tokens,
  sum(cost_nanos)::BIGINT AS cost_nanos,
  sum(cost_count)::BIGINT AS cost_count,
  sum(cost_sum_squares) AS cost_sum_squares,
  sum(baseline_cost_nanos)::BIGINT AS baseline_cost_nanos,
  sum(compared_cost_nanos)::BIGINT AS compared_cost_nanos,
  sum(compared_count)::BIGINT AS compared_count,
  sum(duration_us)::BIGINT AS duration_us,
  max(last_started_at) AS last_started_at
FROM kept
GROUP BY start, first_name, second_name
HAVING (first_name, second_name) > (:after_first::VARCHAR, :after_second::VARCHAR)
  OR :after_first::VARCHAR IS NULL
ORDER BY start, first_name, second_name
LIMIT :most
