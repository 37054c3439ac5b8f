-- The usage of some buckets of one length, all of them in [from, to), under a version.
INSERT INTO usage_rollup
  (function_name, seconds, bucket, segment, variant, generation, lane, model, key_id, team_id, tags,
  inferences, decisions, answered, failed, abandoned, truncated, fallbacks, streams, cache_hits,
  cache_misses, attempts, input_tokens, input_tokens_count, output_tokens, output_tokens_count,
  cached_input_tokens, cost_nanos, cost_count, cost_sum_squares, baseline_cost_nanos,
  compared_cost_nanos, compared_count, duration_us, durations, first_tokens, overheads,
  last_started_at, version)
SELECT
  i.function_name,
  intDiv(:width_us, 1000000),
  fromUnixTimestamp64Micro(
    intDiv(toUnixTimestamp64Micro(i.started_at), :width_us) * :width_us, 'UTC') AS slot,
  i.segment,
  coalesce(i.served_variant, '') AS served,
  coalesce(i.policy_generation, '') AS generation_name,
  coalesce(i.lane, '') AS lane_name,
  coalesce(i.served_model, '') AS model_name,
  coalesce(i.key_id, '') AS key_name,
  coalesce(i.team_id, '') AS team_name,
--include kept_tags
  AS kept,
  count(),
  countIf(i.kind = 'decision'),
  countIf(i.outcome = 'answered'),
  countIf(i.outcome = 'failed'),
  countIf(i.outcome = 'abandoned'),
  countIf(i.outcome = 'truncated'),
  countIf(i.fallback),
  countIf(i.stream),
  countIf(i.cache = 'hit'),
  countIf(i.cache = 'miss'),
  sum(i.attempts),
  coalesce(sum(i.input_tokens), 0),
  count(i.input_tokens),
  coalesce(sum(i.output_tokens), 0),
  count(i.output_tokens),
  coalesce(sum(i.cached_input_tokens), 0),
  coalesce(sum(i.cost_nanos), 0),
  count(i.cost_nanos),
  coalesce(sum(toFloat64(i.cost_nanos) * toFloat64(i.cost_nanos)), 0),
  coalesce(sumIf(i.baseline_cost_nanos, i.cost_nanos IS NOT NULL), 0),
  coalesce(sumIf(i.cost_nanos, i.baseline_cost_nanos IS NOT NULL), 0),
  countIf(i.cost_nanos IS NOT NULL AND i.baseline_cost_nanos IS NOT NULL),
  sum(i.duration_us),
  -- Where only the decision was asked for, no model's time is known.
  sumMap(if(i.outcome = 'routed', CAST(map(), 'Map(Int32, Int64)'),
    map(toInt32(ceil(log(greatest(i.duration_us, 1)) / log(1.1))), toInt64(1)))),
  sumMap(if(i.ttft_us IS NULL, CAST(map(), 'Map(Int32, Int64)'),
    map(toInt32(ceil(log(greatest(assumeNotNull(i.ttft_us), 1)) / log(1.1))), toInt64(1)))),
  sumMap(map(toInt32(ceil(log(greatest(i.overhead_us, 1)) / log(1.1))), toInt64(1))),
  max(i.started_at),
  :version
FROM inference i
WHERE i.started_at >= :from AND i.started_at < :to
  AND intDiv(toUnixTimestamp64Micro(i.started_at), :width_us) IN (
--include dirty_buckets
  )
GROUP BY i.function_name, slot, i.segment, served, generation_name, lane_name, model_name, key_name,
  team_name, kept
