-- Everything of the embedded store's first two versions. Columns are a contract: exports, reports and
-- other tools read them by these names. Times are UTC; money is nano-dollars; null is unknown.
-- Ids are ordered as numbers: as ids the engine would sort them by their second half, and those of
-- one time would lie apart.
-- There is no transaction around these statements: each may be run again after a half-run one.
--
-- on_cluster, local, engine and window differ between one server and a cluster of them; on a cluster
-- these are the tables of one shard, and V1_1 lays the ones that are asked over them.

CREATE TABLE IF NOT EXISTS inference${local}${on_cluster} (
  inference_id UUID,
  episode_id UUID,
  request_id String,
  trace_id Nullable(String),
  idempotency_key Nullable(String),
  node LowCardinality(String),
  event_version Int32,
  started_at DateTime64(6, 'UTC') CODEC(Delta, ZSTD(1)),
  surface LowCardinality(String),
  namespace LowCardinality(Nullable(String)),
  function_name LowCardinality(String),
  function_type LowCardinality(String),
  key_id LowCardinality(Nullable(String)),
  team_id LowCardinality(Nullable(String)),
  end_user Nullable(String),
  tags Map(LowCardinality(String), String) CODEC(ZSTD(1)),
  config_hash LowCardinality(String),
  price_version LowCardinality(String),
  policy_kind LowCardinality(Nullable(String)),
  policy_generation LowCardinality(Nullable(String)),
  policy_revision Nullable(Int64) CODEC(T64, ZSTD(1)),
  feature_version Int32,
  hash_version Int32,
  kind LowCardinality(String),
  decided_by Nullable(UUID),
  segment LowCardinality(String),
  stratum LowCardinality(String),
  experiment LowCardinality(Nullable(String)),
  experiment_group LowCardinality(Nullable(String)),
  group_shares Map(LowCardinality(String), Float64) CODEC(ZSTD(1)),
  group_variants Map(LowCardinality(String), String) CODEC(ZSTD(1)),
  lane LowCardinality(Nullable(String)),
  lane_shares Map(LowCardinality(String), Float64) CODEC(ZSTD(1)),
  candidates Array(LowCardinality(String)) CODEC(ZSTD(1)),
  exclusions Array(LowCardinality(String)) CODEC(ZSTD(1)),
  predicted_quality Array(Float64) CODEC(ZSTD(1)),
  predicted_cost_nanos Array(Nullable(Int64)) CODEC(ZSTD(1)),
  predicted_latency_us Array(Nullable(Int64)) CODEC(ZSTD(1)),
  utility Array(Float64) CODEC(ZSTD(1)),
  floors Array(Float64) CODEC(ZSTD(1)),
  policy_probabilities Array(Float64) CODEC(ZSTD(1)),
  challenger_probabilities Array(Float64) CODEC(ZSTD(1)),
  propensities Array(Float64) CODEC(ZSTD(1)),
  utility_weight Nullable(Float64),
  gamma Nullable(Float64),
  features Map(LowCardinality(String), String) CODEC(ZSTD(1)),
  chosen_variant LowCardinality(String),
  propensity Nullable(Float64),
  explored Bool,
  outcome LowCardinality(String),
  error_class LowCardinality(Nullable(String)),
  served_variant LowCardinality(Nullable(String)),
  served_model LowCardinality(Nullable(String)),
  served_provider LowCardinality(Nullable(String)),
  attempts Int32,
  fallback Bool,
  finish_reason LowCardinality(Nullable(String)),
  stream Bool,
  cache LowCardinality(String),
  input_tokens Nullable(Int64) CODEC(T64, ZSTD(1)),
  output_tokens Nullable(Int64) CODEC(T64, ZSTD(1)),
  cached_input_tokens Nullable(Int64) CODEC(T64, ZSTD(1)),
  cache_write_tokens Nullable(Int64) CODEC(T64, ZSTD(1)),
  reasoning_tokens Nullable(Int64) CODEC(T64, ZSTD(1)),
  tokens_estimated Bool,
  cost_nanos Nullable(Int64) CODEC(T64, ZSTD(1)),
  baseline_variant LowCardinality(Nullable(String)),
  baseline_cost_nanos Nullable(Int64) CODEC(T64, ZSTD(1)),
  duration_us Int64 CODEC(T64, ZSTD(1)),
  ttft_us Nullable(Int64) CODEC(T64, ZSTD(1)),
  overhead_us Int64 CODEC(T64, ZSTD(1)),
  -- Where the row of an id is: ids are asked for, and the table lies in the order of reports.
  PROJECTION by_inference (
    SELECT toUInt128(inference_id), function_name, started_at ORDER BY toUInt128(inference_id)),
  PROJECTION by_episode (
    SELECT toUInt128(episode_id), function_name, started_at ORDER BY toUInt128(episode_id))
)
ENGINE = ${engine}
PARTITION BY toYYYYMM(started_at)
ORDER BY (function_name, started_at, toUInt128(inference_id))
SETTINGS ${window} = 10000;

CREATE TABLE IF NOT EXISTS inference_payload${local}${on_cluster} (
  inference_id UUID,
  started_at DateTime64(6, 'UTC') CODEC(Delta, ZSTD(1)),
  function_name LowCardinality(String),
  input String CODEC(ZSTD(3)),
  output Nullable(String) CODEC(ZSTD(3)),
  parameters Nullable(String) CODEC(ZSTD(3)),
  tools Nullable(String) CODEC(ZSTD(3)),
  shortened Bool
)
ENGINE = ${engine}
PARTITION BY toYYYYMM(started_at)
ORDER BY (toUInt128(inference_id))
SETTINGS ${window} = 10000;

CREATE TABLE IF NOT EXISTS attempt${local}${on_cluster} (
  attempt_id UUID,
  inference_id UUID,
  ordinal Int32,
  started_at DateTime64(6, 'UTC') CODEC(Delta, ZSTD(1)),
  variant LowCardinality(String),
  model LowCardinality(String),
  provider LowCardinality(String),
  purpose LowCardinality(String),
  status LowCardinality(String),
  http_status Nullable(Int32),
  error_class LowCardinality(Nullable(String)),
  circuit LowCardinality(Nullable(String)),
  input_tokens Nullable(Int64) CODEC(T64, ZSTD(1)),
  output_tokens Nullable(Int64) CODEC(T64, ZSTD(1)),
  cached_input_tokens Nullable(Int64) CODEC(T64, ZSTD(1)),
  cache_write_tokens Nullable(Int64) CODEC(T64, ZSTD(1)),
  reasoning_tokens Nullable(Int64) CODEC(T64, ZSTD(1)),
  cost_nanos Nullable(Int64) CODEC(T64, ZSTD(1)),
  duration_us Int64 CODEC(T64, ZSTD(1)),
  ttft_us Nullable(Int64) CODEC(T64, ZSTD(1)),
  finish_reason LowCardinality(Nullable(String)),
  cached Bool
)
ENGINE = ${engine}
PARTITION BY toYYYYMM(started_at)
ORDER BY (toUInt128(inference_id), ordinal)
SETTINGS ${window} = 10000;

CREATE TABLE IF NOT EXISTS attempt_payload${local}${on_cluster} (
  attempt_id UUID,
  inference_id UUID,
  started_at DateTime64(6, 'UTC') CODEC(Delta, ZSTD(1)),
  raw_request Nullable(String) CODEC(ZSTD(3)),
  raw_response Nullable(String) CODEC(ZSTD(3))
)
ENGINE = ${engine}
PARTITION BY toYYYYMM(started_at)
ORDER BY (toUInt128(inference_id))
SETTINGS ${window} = 10000;

CREATE TABLE IF NOT EXISTS feedback${local}${on_cluster} (
  feedback_id UUID,
  received_at DateTime64(6, 'UTC') CODEC(Delta, ZSTD(1)),
  target_type LowCardinality(String),
  target_id UUID,
  metric_name LowCardinality(String),
  value_boolean Nullable(Bool),
  value_float Nullable(Float64),
  value_text Nullable(String) CODEC(ZSTD(3)),
  source LowCardinality(String),
  tags Map(LowCardinality(String), String) CODEC(ZSTD(1)),
  key_id LowCardinality(Nullable(String)),
  rejected LowCardinality(Nullable(String)),
  INDEX by_feedback feedback_id TYPE bloom_filter GRANULARITY 4
)
ENGINE = ${engine}
PARTITION BY toYYYYMM(received_at)
ORDER BY (metric_name, toUInt128(target_id), received_at, toUInt128(feedback_id))
SETTINGS ${window} = 10000;

CREATE TABLE IF NOT EXISTS policy_revision${local}${on_cluster} (
  function_name LowCardinality(String),
  generation LowCardinality(String),
  revision Int64 CODEC(T64, ZSTD(1)),
  published_at DateTime64(6, 'UTC') CODEC(Delta, ZSTD(1)),
  statistics String CODEC(ZSTD(3)),
  provenance String CODEC(ZSTD(3))
)
ENGINE = ${engine}
ORDER BY (function_name, published_at, revision)
SETTINGS ${window} = 10000;

CREATE TABLE IF NOT EXISTS change_event${local}${on_cluster} (
  change_id UUID,
  "at" DateTime64(6, 'UTC') CODEC(Delta, ZSTD(1)),
  "kind" LowCardinality(String),
  actor LowCardinality(String),
  function_name LowCardinality(Nullable(String)),
  "object" String,
  "before" Nullable(String) CODEC(ZSTD(3)),
  "after" Nullable(String) CODEC(ZSTD(3)),
  reason String
)
ENGINE = ${engine}
ORDER BY ("at", change_id)
SETTINGS ${window} = 10000;

CREATE TABLE IF NOT EXISTS config_snapshot${local}${on_cluster} (
  config_hash String,
  first_seen DateTime64(6, 'UTC') CODEC(Delta, ZSTD(1)),
  text String CODEC(ZSTD(3))
)
ENGINE = ${engine}
ORDER BY (config_hash, first_seen)
SETTINGS ${window} = 10000;

-- How far each source is stored: the greatest number counts. Written last, after all rows.
CREATE TABLE IF NOT EXISTS ingest${local}${on_cluster} (
  source String,
  seq Int64,
  updated_at DateTime64(6, 'UTC') DEFAULT now64(6)
)
ENGINE = ${replacing}(seq)
ORDER BY (source)
SETTINGS ${window} = 10000;

-- What came in: which units must be looked at again. Written after the rows that it is about.
-- A rule that was not refreshed for longer than a row is kept is computed afresh.
CREATE TABLE IF NOT EXISTS arrival${local}${on_cluster} (
  source LowCardinality(String),
  seq Int64,
  function_name LowCardinality(Nullable(String)),
  episode_id Nullable(UUID),
  target_type LowCardinality(Nullable(String)),
  target_id Nullable(UUID),
  metric_name LowCardinality(Nullable(String)),
  stored_at DateTime DEFAULT now()
)
ENGINE = ${engine}
ORDER BY (source, seq)
TTL stored_at + INTERVAL 7 DAY
SETTINGS ${window} = 10000;

-- Sums per (function, metric, segment, variant, lane, 10 seconds of decision time). A refresh writes
-- the rows of the buckets that it computed under its version, with one row of variant '' for each
-- bucket; they count once statistics_mark has the version, and the greatest such version counts.
CREATE TABLE IF NOT EXISTS statistics${local}${on_cluster} (
  function_name LowCardinality(String),
  metric_name LowCardinality(String),
  segment LowCardinality(String),
  variant LowCardinality(String),
  lane LowCardinality(String),
  bucket DateTime64(6, 'UTC') CODEC(Delta, ZSTD(1)),
  pulls Int64,
  expected_pulls Float64,
  pull_variance Float64,
  resplits Int64,
  feedbacks Int64,
  reward_sum Float64,
  reward_sum_squares Float64,
  served_feedbacks Int64,
  served_reward_sum Float64,
  served_reward_sum_squares Float64,
  filled Int64,
  clipped Int64,
  inferences Int64,
  served Int64,
  answered Int64,
  failed Int64,
  input_tokens Int64,
  input_tokens_count Int64,
  output_tokens Int64,
  output_tokens_count Int64,
  cost_nanos Int64,
  cost_count Int64,
  baseline_cost_nanos Int64,
  compared_cost_nanos Int64,
  compared_count Int64,
  duration_us Int64,
  version Int64
)
ENGINE = ${engine}
PARTITION BY toYYYYMM(bucket)
ORDER BY (function_name, metric_name, bucket, version)
SETTINGS ${window} = 0;

-- The refreshes that are complete: by which rule, and how far they reach in each source.
CREATE TABLE IF NOT EXISTS statistics_mark${local}${on_cluster} (
  function_name LowCardinality(String),
  metric_name LowCardinality(String),
  version Int64,
  reward_rule String,
  reached Map(String, Int64),
  as_of DateTime64(6, 'UTC'),
  marked_at DateTime64(6, 'UTC') DEFAULT now64(6)
)
ENGINE = ${engine}
ORDER BY (function_name, metric_name, version)
SETTINGS ${window} = 0;
