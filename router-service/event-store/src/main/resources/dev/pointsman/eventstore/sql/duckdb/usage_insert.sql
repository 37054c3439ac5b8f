-- The usage of some buckets of one length, all of them in [from, to).
INSERT INTO usage_rollup BY NAME
SELECT
  function_name,
  :width_us::BIGINT // 1000000 AS seconds,
  make_timestamp(epoch_us(started_at) // :width_us::BIGINT * :width_us::BIGINT) AS bucket,
  segment,
  coalesce(served_variant, '') AS variant,
  coalesce(policy_generation, '') AS generation,
  coalesce(lane, '') AS lane,
  coalesce(served_model, '') AS model,
  coalesce(key_id, '') AS key_id,
  coalesce(team_id, '') AS team_id,
--include kept_tags
  AS tags,
  count(*) AS inferences,
  count(*) FILTER (WHERE kind = 'decision') AS decisions,
  count(*) FILTER (WHERE outcome = 'answered') AS answered,
  count(*) FILTER (WHERE outcome = 'failed') AS failed,
  count(*) FILTER (WHERE outcome = 'abandoned') AS abandoned,
  count(*) FILTER (WHERE outcome = 'truncated') AS truncated,
  count(*) FILTER (WHERE fallback) AS fallbacks,
  count(*) FILTER (WHERE stream) AS streams,
  count(*) FILTER (WHERE cache = 'hit') AS cache_hits,
  count(*) FILTER (WHERE cache = 'miss') AS cache_misses,
  sum(attempts) AS attempts,
  coalesce(sum(input_tokens), 0) AS input_tokens,
  count(input_tokens) AS input_tokens_count,
  coalesce(sum(output_tokens), 0) AS output_tokens,
  count(output_tokens) AS output_tokens_count,
  coalesce(sum(cached_input_tokens), 0) AS cached_input_tokens,
  coalesce(sum(cost_nanos), 0) AS cost_nanos,
  count(cost_nanos) AS cost_count,
  coalesce(sum(cost_nanos::DOUBLE * cost_nanos), 0) AS cost_sum_squares,
  coalesce(sum(baseline_cost_nanos) FILTER (WHERE cost_nanos IS NOT NULL), 0)
    AS baseline_cost_nanos,
  coalesce(sum(cost_nanos) FILTER (WHERE baseline_cost_nanos IS NOT NULL), 0)
    AS compared_cost_nanos,
  count(cost_nanos) FILTER (WHERE baseline_cost_nanos IS NOT NULL) AS compared_count,
  sum(duration_us) AS duration_us,
  -- Where only the decision was asked for, no model's time is known.
  coalesce(
    histogram(ceil(ln(greatest(duration_us, 1)) / ln(1.1::DOUBLE))::INTEGER)
      FILTER (WHERE outcome <> 'routed'),
    MAP {}) AS durations,
  coalesce(
    histogram(ceil(ln(greatest(ttft_us, 1)) / ln(1.1::DOUBLE))::INTEGER)
      FILTER (WHERE ttft_us IS NOT NULL),
    MAP {}) AS first_tokens,
  histogram(ceil(ln(greatest(overhead_us, 1)) / ln(1.1::DOUBLE))::INTEGER) AS overheads,
  max(started_at) AS last_started_at
FROM inference
WHERE started_at >= :from::TIMESTAMP AND started_at < :to::TIMESTAMP
  AND epoch_us(started_at) // :width_us::BIGINT IN (
--include dirty_buckets
  )
GROUP BY ALL
