-- Rollups: sums that pages read instead of events; their columns mean what they mean in the embedded
-- store. A refresh writes the rows of the buckets that it computed under its version, with one row
-- that is `computed_only` for each bucket; of each bucket the greatest version counts that is not
-- above the last one in rollup_mark.

ALTER TABLE arrival${local}${on_cluster}
  ADD COLUMN IF NOT EXISTS "at" Nullable(DateTime64(6, 'UTC')) AFTER metric_name;

CREATE TABLE IF NOT EXISTS usage_rollup${local}${on_cluster} (
  function_name LowCardinality(String),
  seconds Int32,
  bucket DateTime64(6, 'UTC'),
  segment LowCardinality(String),
  variant LowCardinality(String),
  generation LowCardinality(String),
  lane LowCardinality(String),
  model LowCardinality(String),
  key_id LowCardinality(String),
  team_id LowCardinality(String),
  tags Map(String, String),
  inferences Int64,
  decisions Int64,
  answered Int64,
  failed Int64,
  abandoned Int64,
  truncated Int64,
  fallbacks Int64,
  streams Int64,
  cache_hits Int64,
  cache_misses Int64,
  attempts Int64,
  input_tokens Int64,
  input_tokens_count Int64,
  output_tokens Int64,
  output_tokens_count Int64,
  cached_input_tokens Int64,
  cost_nanos Int64,
  cost_count Int64,
  cost_sum_squares Float64,
  baseline_cost_nanos Int64,
  compared_cost_nanos Int64,
  compared_count Int64,
  duration_us Int64,
  durations Map(Int32, Int64),
  first_tokens Map(Int32, Int64),
  overheads Map(Int32, Int64),
  last_started_at DateTime64(6, 'UTC'),
  version Int64,
  computed_only Bool DEFAULT false
)
ENGINE = ${engine}
PARTITION BY seconds
ORDER BY (seconds, bucket, version)
SETTINGS ${window} = 0;

CREATE TABLE IF NOT EXISTS decision_rollup${local}${on_cluster} (
  function_name LowCardinality(String),
  metric_name LowCardinality(String),
  seconds Int32,
  bucket DateTime64(6, 'UTC'),
  segment LowCardinality(String),
  variant LowCardinality(String),
  generation LowCardinality(String),
  lane LowCardinality(String),
  model LowCardinality(String),
  key_id LowCardinality(String),
  team_id LowCardinality(String),
  tags Map(String, String),
  pulls Int64,
  expected_pulls Float64,
  pull_variance Float64,
  lane_draws Int64,
  expected_lane_draws Float64,
  lane_variance Float64,
  resplits Int64,
  explored Int64,
  explored_cost_nanos Int64,
  explored_quality Float64,
  feedbacks Int64,
  reward_sum Float64,
  reward_sum_squares Float64,
  weight_sum Float64,
  weight_sum_squares Float64,
  weight_max Float64,
  weighted_reward_sum Float64,
  weighted_reward_sum_squares Float64,
  squared_weight_reward_sum Float64,
  filled Int64,
  clipped Int64,
  inferences Int64,
  served Int64,
  answered Int64,
  failed Int64,
  cost_nanos Int64,
  cost_count Int64,
  priced_pulls Int64,
  priced_cost_nanos Int64,
  priced_cost_sum_squares Float64,
  baseline_cost_nanos Int64,
  compared_cost_nanos Int64,
  compared_count Int64,
  version Int64,
  computed_only Bool DEFAULT false
)
ENGINE = ${engine}
PARTITION BY seconds
ORDER BY (function_name, metric_name, seconds, bucket, version)
SETTINGS ${window} = 0;

CREATE TABLE IF NOT EXISTS feedback_rollup${local}${on_cluster} (
  function_name LowCardinality(String),
  metric_name LowCardinality(String),
  source LowCardinality(String),
  target_type LowCardinality(String),
  status LowCardinality(String),
  seconds Int32,
  bucket DateTime64(6, 'UTC'),
  feedbacks Int64,
  delays Map(Int32, Int64),
  version Int64,
  computed_only Bool DEFAULT false
)
ENGINE = ${engine}
PARTITION BY seconds
ORDER BY (seconds, bucket, version)
SETTINGS ${window} = 0;

CREATE TABLE IF NOT EXISTS attempt_rollup${local}${on_cluster} (
  function_name LowCardinality(String),
  seconds Int32,
  bucket DateTime64(6, 'UTC'),
  variant LowCardinality(String),
  model LowCardinality(String),
  provider LowCardinality(String),
  attempts Int64,
  failed Int64,
  rate_limited Int64,
  timeouts Int64,
  retries Int64,
  cost_nanos Int64,
  cost_count Int64,
  durations Map(Int32, Int64),
  first_tokens Map(Int32, Int64),
  version Int64,
  computed_only Bool DEFAULT false
)
ENGINE = ${engine}
PARTITION BY seconds
ORDER BY (seconds, bucket, version)
SETTINGS ${window} = 0;

-- How far rollups reach in each source: those of a reward rule by function and metric, the others
-- under empty names. The greatest version counts.
CREATE TABLE IF NOT EXISTS rollup_mark${local}${on_cluster} (
  function_name LowCardinality(String),
  metric_name LowCardinality(String),
  version Int64,
  rule String,
  reached Map(String, Int64),
  as_of DateTime64(6, 'UTC'),
  marked_at DateTime64(6, 'UTC') DEFAULT now64(6)
)
ENGINE = ${replacing}(version)
ORDER BY (function_name, metric_name)
SETTINGS ${window} = 0;
