-- Columns are a contract: exports, reports and other tools read them by these names.
-- No keys and no indexes: the spool numbers its events, so nothing comes twice, and an index would
-- cost memory and stop row groups from merging. Times are UTC; money is nano-dollars; null is unknown.

CREATE TABLE inference (
  inference_id UUID NOT NULL,
  episode_id UUID NOT NULL,
  request_id VARCHAR NOT NULL,
  trace_id VARCHAR,
  idempotency_key VARCHAR,
  node VARCHAR NOT NULL,
  event_version INTEGER NOT NULL,
  started_at TIMESTAMP NOT NULL,

  surface VARCHAR NOT NULL,
  namespace VARCHAR,
  function_name VARCHAR NOT NULL,
  function_type VARCHAR NOT NULL,
  key_id VARCHAR,
  team_id VARCHAR,
  end_user VARCHAR,
  tags MAP(VARCHAR, VARCHAR) NOT NULL,

  config_hash VARCHAR NOT NULL,
  price_version VARCHAR NOT NULL,
  policy_kind VARCHAR,
  policy_generation VARCHAR,
  policy_revision BIGINT,
  feature_version INTEGER NOT NULL,
  hash_version INTEGER NOT NULL,

  kind VARCHAR NOT NULL,
  decided_by UUID,
  segment VARCHAR NOT NULL,
  stratum VARCHAR NOT NULL,
  experiment VARCHAR,
  experiment_group VARCHAR,
  group_shares MAP(VARCHAR, DOUBLE) NOT NULL,
  group_variants MAP(VARCHAR, VARCHAR) NOT NULL,
  lane VARCHAR,
  lane_shares MAP(VARCHAR, DOUBLE) NOT NULL,
  candidates VARCHAR[] NOT NULL,
  exclusions VARCHAR[] NOT NULL,
  predicted_quality DOUBLE[] NOT NULL,
  predicted_cost_nanos BIGINT[] NOT NULL,
  predicted_latency_us BIGINT[] NOT NULL,
  utility DOUBLE[] NOT NULL,
  floors DOUBLE[] NOT NULL,
  policy_probabilities DOUBLE[] NOT NULL,
  challenger_probabilities DOUBLE[] NOT NULL,
  propensities DOUBLE[] NOT NULL,
  utility_weight DOUBLE,
  gamma DOUBLE,
  features MAP(VARCHAR, VARCHAR) NOT NULL,
  chosen_variant VARCHAR NOT NULL,
  propensity DOUBLE,
  explored BOOLEAN NOT NULL,

  outcome VARCHAR NOT NULL,
  error_class VARCHAR,
  served_variant VARCHAR,
  served_model VARCHAR,
  served_provider VARCHAR,
  attempts INTEGER NOT NULL,
  fallback BOOLEAN NOT NULL,
  finish_reason VARCHAR,
  stream BOOLEAN NOT NULL,
  cache VARCHAR NOT NULL,

  input_tokens BIGINT,
  output_tokens BIGINT,
  cached_input_tokens BIGINT,
  cache_write_tokens BIGINT,
  reasoning_tokens BIGINT,
  tokens_estimated BOOLEAN NOT NULL,
  cost_nanos BIGINT,
  baseline_variant VARCHAR,
  baseline_cost_nanos BIGINT,
  duration_us BIGINT NOT NULL,
  ttft_us BIGINT,
  overhead_us BIGINT NOT NULL
);

CREATE TABLE inference_payload (
  inference_id UUID NOT NULL,
  started_at TIMESTAMP NOT NULL,
  function_name VARCHAR NOT NULL,
  input VARCHAR NOT NULL,
  output VARCHAR,
  parameters VARCHAR,
  tools VARCHAR,
  shortened BOOLEAN NOT NULL
);

CREATE TABLE attempt (
  attempt_id UUID NOT NULL,
  inference_id UUID NOT NULL,
  ordinal INTEGER NOT NULL,
  started_at TIMESTAMP NOT NULL,
  variant VARCHAR NOT NULL,
  model VARCHAR NOT NULL,
  provider VARCHAR NOT NULL,
  purpose VARCHAR NOT NULL,
  status VARCHAR NOT NULL,
  http_status INTEGER,
  error_class VARCHAR,
  circuit VARCHAR,
  input_tokens BIGINT,
  output_tokens BIGINT,
  cached_input_tokens BIGINT,
  cache_write_tokens BIGINT,
  reasoning_tokens BIGINT,
  cost_nanos BIGINT,
  duration_us BIGINT NOT NULL,
  ttft_us BIGINT,
  finish_reason VARCHAR,
  cached BOOLEAN NOT NULL
);

CREATE TABLE attempt_payload (
  attempt_id UUID NOT NULL,
  inference_id UUID NOT NULL,
  started_at TIMESTAMP NOT NULL,
  raw_request VARCHAR,
  raw_response VARCHAR
);

CREATE TABLE feedback (
  feedback_id UUID NOT NULL,
  received_at TIMESTAMP NOT NULL,
  target_type VARCHAR NOT NULL,
  target_id UUID NOT NULL,
  metric_name VARCHAR NOT NULL,
  value_boolean BOOLEAN,
  value_float DOUBLE,
  value_text VARCHAR,
  source VARCHAR NOT NULL,
  tags MAP(VARCHAR, VARCHAR) NOT NULL,
  key_id VARCHAR,
  rejected VARCHAR
);

CREATE TABLE policy_revision (
  function_name VARCHAR NOT NULL,
  generation VARCHAR NOT NULL,
  revision BIGINT NOT NULL,
  published_at TIMESTAMP NOT NULL,
  statistics VARCHAR NOT NULL,
  provenance VARCHAR NOT NULL
);

CREATE TABLE change_event (
  change_id UUID NOT NULL,
  "at" TIMESTAMP NOT NULL,
  kind VARCHAR NOT NULL,
  actor VARCHAR NOT NULL,
  function_name VARCHAR,
  "object" VARCHAR NOT NULL,
  "before" VARCHAR,
  "after" VARCHAR,
  reason VARCHAR NOT NULL
);

CREATE TABLE config_snapshot (
  config_hash VARCHAR NOT NULL,
  first_seen TIMESTAMP NOT NULL,
  text VARCHAR NOT NULL
);

-- One row: the last event of the spool that is in the tables. It commits together with the rows, so
-- a drain that is cut off anywhere starts again exactly there.
CREATE TABLE ingest (seq BIGINT NOT NULL, updated_at TIMESTAMP);
INSERT INTO ingest VALUES (0, NULL);

-- What came in since the statistics were last computed: which units must be looked at again.
CREATE TABLE arrival (
  seq BIGINT NOT NULL,
  function_name VARCHAR,
  episode_id UUID,
  target_type VARCHAR,
  target_id UUID,
  metric_name VARCHAR
);

-- Sums per (function, metric, segment, variant, lane, 10 seconds of decision time).
CREATE TABLE statistics (
  function_name VARCHAR NOT NULL,
  metric_name VARCHAR NOT NULL,
  segment VARCHAR NOT NULL,
  variant VARCHAR NOT NULL,
  lane VARCHAR NOT NULL,
  bucket TIMESTAMP NOT NULL,
  pulls BIGINT NOT NULL,
  expected_pulls DOUBLE NOT NULL,
  pull_variance DOUBLE NOT NULL,
  resplits BIGINT NOT NULL,
  feedbacks BIGINT NOT NULL,
  reward_sum DOUBLE NOT NULL,
  reward_sum_squares DOUBLE NOT NULL,
  served_feedbacks BIGINT NOT NULL,
  served_reward_sum DOUBLE NOT NULL,
  served_reward_sum_squares DOUBLE NOT NULL,
  filled BIGINT NOT NULL,
  clipped BIGINT NOT NULL,
  inferences BIGINT NOT NULL,
  served BIGINT NOT NULL,
  answered BIGINT NOT NULL,
  failed BIGINT NOT NULL,
  input_tokens BIGINT NOT NULL,
  input_tokens_count BIGINT NOT NULL,
  output_tokens BIGINT NOT NULL,
  output_tokens_count BIGINT NOT NULL,
  cost_nanos BIGINT NOT NULL,
  cost_count BIGINT NOT NULL,
  baseline_cost_nanos BIGINT NOT NULL,
  compared_cost_nanos BIGINT NOT NULL,
  compared_count BIGINT NOT NULL,
  duration_us BIGINT NOT NULL
);

-- How far each rule's statistics reach, and the rule they were computed by.
CREATE TABLE statistics_mark (
  function_name VARCHAR NOT NULL,
  metric_name VARCHAR NOT NULL,
  reward_rule VARCHAR NOT NULL,
  seq BIGINT NOT NULL,
  as_of TIMESTAMP NOT NULL
);
