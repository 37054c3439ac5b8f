-- When the row that an arrival is about happened: an inference's start, a feedback's receipt.
ALTER TABLE arrival ADD COLUMN "at" TIMESTAMP;

-- Statistics older than a day are kept by the minute: the length of the row's bucket in seconds.
ALTER TABLE statistics ADD COLUMN seconds INTEGER DEFAULT 10;
-- Makes the next refresh compact what is there.
UPDATE statistics_mark SET as_of = as_of - INTERVAL 1 HOUR;

ALTER TABLE statistics_mark RENAME COLUMN reward_rule TO rule;

-- Rollups: sums that pages read instead of events. `seconds` is the length of a row's bucket: 60,
-- 3600 or 86400. Minutes are kept for some days, hours and days for ever; hours and days exist once
-- they are over. Names that are unknown or do not apply are empty. `tags` holds the tags that
-- store.rollup_tags names. Histograms count values by the power of 1.1 that they do not exceed.

-- Inferences of every kind, by the time they started.
CREATE TABLE usage_rollup (
  function_name VARCHAR NOT NULL,
  seconds INTEGER NOT NULL,
  bucket TIMESTAMP NOT NULL,
  segment VARCHAR NOT NULL,
  variant VARCHAR NOT NULL,
  generation VARCHAR NOT NULL,
  lane VARCHAR NOT NULL,
  model VARCHAR NOT NULL,
  key_id VARCHAR NOT NULL,
  team_id VARCHAR NOT NULL,
  tags MAP(VARCHAR, VARCHAR) NOT NULL,
  inferences BIGINT NOT NULL,
  decisions BIGINT NOT NULL,
  answered BIGINT NOT NULL,
  failed BIGINT NOT NULL,
  abandoned BIGINT NOT NULL,
  truncated BIGINT NOT NULL,
  fallbacks BIGINT NOT NULL,
  streams BIGINT NOT NULL,
  cache_hits BIGINT NOT NULL,
  cache_misses BIGINT NOT NULL,
  attempts BIGINT NOT NULL,
  input_tokens BIGINT NOT NULL,
  input_tokens_count BIGINT NOT NULL,
  output_tokens BIGINT NOT NULL,
  output_tokens_count BIGINT NOT NULL,
  cached_input_tokens BIGINT NOT NULL,
  cost_nanos BIGINT NOT NULL,
  cost_count BIGINT NOT NULL,
  cost_sum_squares DOUBLE NOT NULL,
  baseline_cost_nanos BIGINT NOT NULL,
  compared_cost_nanos BIGINT NOT NULL,
  compared_count BIGINT NOT NULL,
  duration_us BIGINT NOT NULL,
  durations MAP(INTEGER, BIGINT) NOT NULL,
  first_tokens MAP(INTEGER, BIGINT) NOT NULL,
  overheads MAP(INTEGER, BIGINT) NOT NULL,
  last_started_at TIMESTAMP NOT NULL
);

-- Units, that is decisions and what came of them, by the time of the decision; per reward metric.
-- `model` is what answered the deciding inference; expectations, which hold whatever answered, have
-- none. A row without a variant is about its lane.
CREATE TABLE decision_rollup (
  function_name VARCHAR NOT NULL,
  metric_name VARCHAR NOT NULL,
  seconds INTEGER NOT NULL,
  bucket TIMESTAMP NOT NULL,
  segment VARCHAR NOT NULL,
  variant VARCHAR NOT NULL,
  generation VARCHAR NOT NULL,
  lane VARCHAR NOT NULL,
  model VARCHAR NOT NULL,
  key_id VARCHAR NOT NULL,
  team_id VARCHAR NOT NULL,
  tags MAP(VARCHAR, VARCHAR) NOT NULL,
  pulls BIGINT NOT NULL,
  expected_pulls DOUBLE NOT NULL,
  pull_variance DOUBLE NOT NULL,
  lane_draws BIGINT NOT NULL,
  expected_lane_draws DOUBLE NOT NULL,
  lane_variance DOUBLE NOT NULL,
  resplits BIGINT NOT NULL,
  explored BIGINT NOT NULL,
  explored_cost_nanos BIGINT NOT NULL,
  explored_quality DOUBLE NOT NULL,
  feedbacks BIGINT NOT NULL,
  reward_sum DOUBLE NOT NULL,
  reward_sum_squares DOUBLE NOT NULL,
  weight_sum DOUBLE NOT NULL,
  weight_sum_squares DOUBLE NOT NULL,
  weight_max DOUBLE NOT NULL,
  weighted_reward_sum DOUBLE NOT NULL,
  weighted_reward_sum_squares DOUBLE NOT NULL,
  squared_weight_reward_sum DOUBLE NOT NULL,
  filled BIGINT NOT NULL,
  clipped BIGINT NOT NULL,
  inferences BIGINT NOT NULL,
  served BIGINT NOT NULL,
  answered BIGINT NOT NULL,
  failed BIGINT NOT NULL,
  cost_nanos BIGINT NOT NULL,
  cost_count BIGINT NOT NULL,
  priced_pulls BIGINT NOT NULL,
  priced_cost_nanos BIGINT NOT NULL,
  priced_cost_sum_squares DOUBLE NOT NULL,
  baseline_cost_nanos BIGINT NOT NULL,
  compared_cost_nanos BIGINT NOT NULL,
  compared_count BIGINT NOT NULL
);

-- Feedback by the time it was received. `status` is empty where it is about something stored,
-- 'orphan' where nothing of that id is, else why it was rejected.
CREATE TABLE feedback_rollup (
  function_name VARCHAR NOT NULL,
  metric_name VARCHAR NOT NULL,
  source VARCHAR NOT NULL,
  target_type VARCHAR NOT NULL,
  status VARCHAR NOT NULL,
  seconds INTEGER NOT NULL,
  bucket TIMESTAMP NOT NULL,
  feedbacks BIGINT NOT NULL,
  delays MAP(INTEGER, BIGINT) NOT NULL
);

-- Provider calls, by the time their inference started.
CREATE TABLE attempt_rollup (
  function_name VARCHAR NOT NULL,
  seconds INTEGER NOT NULL,
  bucket TIMESTAMP NOT NULL,
  variant VARCHAR NOT NULL,
  model VARCHAR NOT NULL,
  provider VARCHAR NOT NULL,
  attempts BIGINT NOT NULL,
  failed BIGINT NOT NULL,
  rate_limited BIGINT NOT NULL,
  timeouts BIGINT NOT NULL,
  retries BIGINT NOT NULL,
  cost_nanos BIGINT NOT NULL,
  cost_count BIGINT NOT NULL,
  durations MAP(INTEGER, BIGINT) NOT NULL,
  first_tokens MAP(INTEGER, BIGINT) NOT NULL
);

-- The last decisions of each function and of each of its segments: what "lately" looks back over.
CREATE TABLE latest_decision (
  function_name VARCHAR NOT NULL,
  segment VARCHAR NOT NULL,
  started_at TIMESTAMP NOT NULL,
  inference_id UUID NOT NULL,
  candidates VARCHAR[] NOT NULL,
  propensities DOUBLE[] NOT NULL
);

-- How far rollups reach, by source: those of a reward rule by function and metric, the others under
-- empty names. `rule` is what they were computed by; another one computes them anew.
CREATE TABLE rollup_mark (
  function_name VARCHAR NOT NULL,
  metric_name VARCHAR NOT NULL,
  rule VARCHAR NOT NULL,
  source VARCHAR NOT NULL,
  seq BIGINT NOT NULL,
  as_of TIMESTAMP NOT NULL
);
