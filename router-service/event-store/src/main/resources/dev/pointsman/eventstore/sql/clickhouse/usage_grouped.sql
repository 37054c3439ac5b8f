WITH
--include usage_rows
SELECT
  if(:width_us > 0,
    fromUnixTimestamp64Micro(
      intDiv(toUnixTimestamp64Micro(bucket), greatest(:width_us, 1)) * :width_us, 'UTC'),
    NULL) AS start,
  CASE :first
    WHEN 'function' THEN toString(function_name)
    WHEN 'segment' THEN toString(segment)
    WHEN 'variant' THEN toString(variant)
    WHEN 'generation' THEN toString(generation)
    WHEN 'lane' THEN toString(lane)
    WHEN 'model' THEN toString(model)
    WHEN 'key' THEN toString(key_id)
    WHEN 'team' THEN toString(team_id)
    WHEN 'tag' THEN tags[:tag]
    ELSE ''
  END AS first_name,
  CASE :second
    WHEN 'function' THEN toString(function_name)
    WHEN 'segment' THEN toString(segment)
    WHEN 'variant' THEN toString(variant)
    WHEN 'generation' THEN toString(generation)
    WHEN 'lane' THEN toString(lane)
    WHEN 'model' THEN toString(model)
    WHEN 'key' THEN toString(key_id)
    WHEN 'team' THEN toString(team_id)
    WHEN 'tag' THEN tags[:tag]
    ELSE ''
  END AS second_name,
  sum(k.inferences) AS inferences,
  sum(k.decisions) AS decisions,
  sum(k.answered) AS answered,
  sum(k.failed) AS failed,
  sum(k.abandoned) AS abandoned,
  sum(k.truncated) AS truncated,
  sum(k.fallbacks) AS fallbacks,
  sum(k.streams) AS streams,
  sum(k.cache_hits) AS cache_hits,
  sum(k.cache_misses) AS cache_misses,
  sum(k.attempts) AS attempts,
  sum(k.input_tokens) AS input_tokens,
  sum(k.input_tokens_count) AS input_tokens_count,
  sum(k.output_tokens) AS output_tokens,
  sum(k.output_tokens_count) AS output_tokens_count,
  sum(k.cached_input_tokens) AS cached_input_tokens,
  sum(k.cost_nanos) AS cost_nanos,
  sum(k.cost_count) AS cost_count,
  sum(k.cost_sum_squares) AS cost_sum_squares,
  sum(k.baseline_cost_nanos) AS baseline_cost_nanos,
  sum(k.compared_cost_nanos) AS compared_cost_nanos,
  sum(k.compared_count) AS compared_count,
  sum(k.duration_us) AS duration_us,
  max(k.last_started_at) AS last_started_at
FROM kept k
GROUP BY start, first_name, second_name
HAVING :after_first IS NULL
  OR (first_name, second_name) > (ifNull(:after_first, ''), ifNull(:after_second, ''))
ORDER BY start, first_name, second_name
LIMIT :most
