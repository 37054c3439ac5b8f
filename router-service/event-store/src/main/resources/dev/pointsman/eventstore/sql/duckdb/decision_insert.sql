-- The units decided in some buckets of one length, all of them in [from, to), under one reward rule.
INSERT INTO decision_rollup BY NAME
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
counted AS NOT MATERIALIZED (
  SELECT
    * EXCLUDE (tags, key_id, team_id, predicted_quality, predicted_cost_nanos, policy_probabilities),
    make_timestamp(epoch_us(started_at) // :width_us::BIGINT * :width_us::BIGINT) AS bucket,
    coalesce(policy_generation, '') AS generation,
    coalesce(served_model, '') AS model,
    coalesce(key_id, '') AS key_id,
    coalesce(team_id, '') AS team_id,
--include kept_tags
    AS tags,
    CASE WHEN reward IS NOT NULL AND propensity > 0 THEN 1 / propensity END AS weight,
    CASE WHEN explored AND len(policy_probabilities) = len(candidates)
      THEN list_position(policy_probabilities, list_max(policy_probabilities))
    END AS greedy_arm,
    CASE WHEN greedy_arm IS NOT NULL
      THEN list_position(candidates, chosen_variant)
    END AS chosen_arm,
    predicted_cost_nanos[chosen_arm] - predicted_cost_nanos[greedy_arm] AS explored_cost_nanos,
    predicted_quality[greedy_arm] - predicted_quality[chosen_arm] AS explored_quality
  FROM unit
),
-- Decisions that differ in numbers only, added up before lists are unfolded: an unfolded minute is
-- several times its size. Chances may differ from one decision to the next, so they are no key but
-- are added up by place. Few decisions have more than four candidates; the places after that are
-- unfolded row by row.
grouped AS MATERIALIZED (
  SELECT
    bucket, segment, chosen_variant, served_variant, generation, lane, model, key_id, team_id, tags,
    candidates[1] AS variant_1, candidates[2] AS variant_2,
    candidates[3] AS variant_3, candidates[4] AS variant_4,
    -- Maps are compared entry by entry, and there are a handful of them.
    hash(lane_shares) AS lane_key,
    any_value(lane_shares) AS lane_shares,
    max(len(candidates)) AS most_candidates,
    sum(propensities[1]) AS expected_1, sum(propensities[1] * (1 - propensities[1])) AS variance_1,
    sum(propensities[2]) AS expected_2, sum(propensities[2] * (1 - propensities[2])) AS variance_2,
    sum(propensities[3]) AS expected_3, sum(propensities[3] * (1 - propensities[3])) AS variance_3,
    sum(propensities[4]) AS expected_4, sum(propensities[4] * (1 - propensities[4])) AS variance_4,
    count(*) AS pulls,
    count(*) FILTER (WHERE alone) AS served,
    sum(resplits) AS resplits,
    count(*) FILTER (WHERE explored) AS explored,
    sum(explored_cost_nanos) AS explored_cost_nanos,
    sum(explored_quality) AS explored_quality,
    count(reward) AS feedbacks,
    sum(reward) AS reward_sum,
    sum(reward * reward) AS reward_sum_squares,
    sum(weight) AS weight_sum,
    sum(weight * weight) AS weight_sum_squares,
    max(weight) AS weight_max,
    sum(weight * reward) AS weighted_reward_sum,
    sum(weight * reward * weight * reward) AS weighted_reward_sum_squares,
    sum(weight * weight * reward) AS squared_weight_reward_sum,
    count(*) FILTER (WHERE filled) AS filled,
    sum(clipped) AS clipped,
    sum(inferences) AS inferences,
    sum(answered) AS answered,
    sum(failed) AS failed,
    sum(cost_nanos) AS cost_nanos,
    sum(cost_count) AS cost_count,
    count(*) FILTER (WHERE cost_count = inferences) AS priced_pulls,
    sum(cost_nanos) FILTER (WHERE cost_count = inferences) AS priced_cost_nanos,
    sum(cost_nanos::DOUBLE * cost_nanos::DOUBLE) FILTER (WHERE cost_count = inferences)
      AS priced_cost_sum_squares,
    sum(baseline_cost_nanos) AS baseline_cost_nanos,
    sum(compared_cost_nanos) AS compared_cost_nanos,
    sum(compared_count) AS compared_count
  FROM counted
  GROUP BY ALL
),
early_arm AS (
  SELECT bucket, segment, generation, lane, key_id, team_id, tags,
    unnest([variant_1, variant_2, variant_3, variant_4]) AS variant,
    unnest([expected_1, expected_2, expected_3, expected_4]) AS expected_pulls,
    unnest([variance_1, variance_2, variance_3, variance_4]) AS pull_variance
  FROM grouped
),
late_arm AS (
  SELECT bucket, segment, generation, lane, key_id, team_id, tags,
    unnest(candidates[5:]) AS variant, unnest(propensities[5:]) AS p
  FROM counted
  -- Where no decision has so many, nothing is read.
  SEMI JOIN (SELECT bucket FROM grouped WHERE most_candidates > 4) USING (bucket)
),
drawn_lane AS (
  SELECT bucket, segment, generation, key_id, team_id, tags, lane AS drawn, pulls,
    unnest(map_keys(lane_shares)) AS lane, unnest(map_values(lane_shares)) AS share
  FROM grouped
  WHERE cardinality(lane_shares) > 1
),
part AS (
  SELECT
    * EXCLUDE (
      chosen_variant, served_variant, variant_1, variant_2, variant_3, variant_4, lane_key,
      lane_shares, most_candidates, expected_1, variance_1, expected_2, variance_2, expected_3,
      variance_3, expected_4, variance_4, served),
    chosen_variant AS variant
  FROM grouped
  UNION ALL BY NAME
  SELECT *, '' AS model
  FROM early_arm
  WHERE expected_pulls > 0
  UNION ALL BY NAME
  SELECT bucket, segment, variant, generation, lane, '' AS model, key_id, team_id, tags,
    sum(p) AS expected_pulls, sum(p * (1 - p)) AS pull_variance
  FROM late_arm
  WHERE p > 0
  GROUP BY ALL
  UNION ALL BY NAME
  SELECT bucket, segment, served_variant AS variant, generation, lane, model, key_id, team_id, tags,
    served
  FROM grouped
  WHERE served > 0 AND served_variant IS NOT NULL
  UNION ALL BY NAME
  SELECT u.bucket, u.segment, m.served_variant AS variant, u.generation, u.lane, u.model, u.key_id,
    u.team_id, u.tags, count(*) AS served
  FROM member m
  JOIN counted u USING (episode_id)
  WHERE NOT u.alone AND m.served_variant IS NOT NULL
  GROUP BY ALL
  UNION ALL BY NAME
  SELECT bucket, segment, '' AS variant, generation, lane, '' AS model, key_id, team_id, tags,
    sum(pulls) FILTER (WHERE lane = drawn) AS lane_draws,
    sum(pulls * share) AS expected_lane_draws,
    sum(pulls * share * (1 - share)) AS lane_variance
  FROM drawn_lane
  GROUP BY ALL
)
SELECT
  :function AS function_name,
  :metric AS metric_name,
  :width_us::BIGINT // 1000000 AS seconds,
--include decision_sums
FROM part
GROUP BY ALL
