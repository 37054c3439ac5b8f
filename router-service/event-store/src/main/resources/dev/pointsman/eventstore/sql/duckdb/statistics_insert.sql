-- Computes the rows of some buckets of one length, all of them in [from, to).
INSERT INTO statistics
WITH head AS NOT MATERIALIZED (
  SELECT *
  FROM inference
  WHERE function_name = :function AND kind = 'decision'
    AND started_at >= :from::TIMESTAMP AND started_at < :to::TIMESTAMP
    AND
--include in_buckets
),
--include unit_rewards
,
counted AS (
  SELECT
    *,
    make_timestamp(epoch_us(started_at) // :width_us::BIGINT * :width_us::BIGINT) AS bucket
  FROM unit
),
chosen AS (
  SELECT
    segment, chosen_variant AS variant, lane, bucket,
    count(*) AS pulls,
    sum(resplits) AS resplits,
    count(reward) AS feedbacks,
    coalesce(sum(reward), 0) AS reward_sum,
    coalesce(sum(reward * reward), 0) AS reward_sum_squares,
    count(reward) FILTER (WHERE as_chosen) AS served_feedbacks,
    coalesce(sum(reward) FILTER (WHERE as_chosen), 0) AS served_reward_sum,
    coalesce(sum(reward * reward) FILTER (WHERE as_chosen), 0) AS served_reward_sum_squares,
    count(*) FILTER (WHERE filled) AS filled,
    sum(clipped) AS clipped,
    sum(inferences) AS inferences,
    sum(answered) AS answered,
    sum(failed) AS failed,
    sum(input_tokens) AS input_tokens,
    sum(input_tokens_count) AS input_tokens_count,
    sum(output_tokens) AS output_tokens,
    sum(output_tokens_count) AS output_tokens_count,
    sum(cost_nanos) AS cost_nanos,
    sum(cost_count) AS cost_count,
    sum(baseline_cost_nanos) AS baseline_cost_nanos,
    sum(compared_cost_nanos) AS compared_cost_nanos,
    sum(compared_count) AS compared_count,
    sum(duration_us) AS duration_us
  FROM counted
  GROUP BY ALL
),
arm AS (
  SELECT segment, lane, bucket, unnest(candidates) AS variant, unnest(propensities) AS p
  FROM counted
),
expected AS (
  SELECT segment, variant, lane, bucket, sum(p) AS expected_pulls, sum(p * (1 - p)) AS pull_variance
  FROM arm
  WHERE p > 0
  GROUP BY ALL
),
serving AS (
  SELECT segment, variant, lane, bucket, count(*) AS served
  FROM (
    SELECT segment, served_variant AS variant, lane, bucket
    FROM counted
    WHERE alone
    UNION ALL
    SELECT u.segment, m.served_variant, u.lane, u.bucket
    FROM member m
    JOIN counted u USING (episode_id)
  )
  WHERE variant IS NOT NULL
  GROUP BY ALL
),
cell AS (
  SELECT segment, variant, lane, bucket FROM chosen
  UNION SELECT segment, variant, lane, bucket FROM expected
  UNION SELECT segment, variant, lane, bucket FROM serving
)
SELECT
  :function, :metric, segment, variant, lane, bucket,
  coalesce(pulls, 0), coalesce(expected_pulls, 0), coalesce(pull_variance, 0),
  coalesce(resplits, 0),
  coalesce(feedbacks, 0), coalesce(reward_sum, 0), coalesce(reward_sum_squares, 0),
  coalesce(served_feedbacks, 0), coalesce(served_reward_sum, 0),
  coalesce(served_reward_sum_squares, 0),
  coalesce(filled, 0), coalesce(clipped, 0),
  coalesce(inferences, 0), coalesce(served, 0), coalesce(answered, 0), coalesce(failed, 0),
  coalesce(input_tokens, 0), coalesce(input_tokens_count, 0),
  coalesce(output_tokens, 0), coalesce(output_tokens_count, 0),
  coalesce(cost_nanos, 0), coalesce(cost_count, 0),
  coalesce(baseline_cost_nanos, 0), coalesce(compared_cost_nanos, 0), coalesce(compared_count, 0),
  coalesce(duration_us, 0),
  :width_us::BIGINT // 1000000
FROM cell
LEFT JOIN chosen USING (segment, variant, lane, bucket)
LEFT JOIN expected USING (segment, variant, lane, bucket)
LEFT JOIN serving USING (segment, variant, lane, bucket)
