-- The units decided in some buckets of one length, all of them in [from, to), under one reward rule
-- and a version.
INSERT INTO decision_rollup
--include decision_columns
WITH scope AS (
  SELECT episode_id
  FROM inference
  WHERE function_name = :function AND kind = 'decision'
    AND started_at >= :from AND started_at < :to
    AND intDiv(toUnixTimestamp64Micro(started_at), :width_us) IN (
--include dirty_buckets
    )
),
--include unit_rewards
,
counted AS (
  SELECT
    u.*,
    fromUnixTimestamp64Micro(
      intDiv(toUnixTimestamp64Micro(u.started_at), :width_us) * :width_us, 'UTC') AS slot,
    coalesce(u.policy_generation, '') AS generation_name,
    coalesce(u.served_model, '') AS model_name,
    coalesce(u.key_id, '') AS key_name,
    coalesce(u.team_id, '') AS team_name,
--include kept_tags
    AS kept,
    if(u.reward IS NOT NULL AND u.propensity > 0, 1 / u.propensity, NULL) AS weight,
    if(u.explored AND length(u.candidates) > 0
        AND length(u.policy_probabilities) = length(u.candidates),
      indexOf(u.policy_probabilities, arrayMax(u.policy_probabilities)), 0) AS greedy_arm,
    indexOf(u.candidates, u.chosen_variant) AS chosen_arm,
    greedy_arm > 0 AND chosen_arm > 0 AS compares
  FROM unit u
  WHERE intDiv(toUnixTimestamp64Micro(u.started_at), :width_us) IN (
--include dirty_buckets
  )
)
SELECT
  :function, :metric, intDiv(:width_us, 1000000), slot, segment, part.1 AS variant_name,
  generation_name, part.3 AS lane_name, if(part.2 IN ('chosen', 'served'), model_name, '') AS answered_by,
  key_name, team_name, kept,
  countIf(part.2 = 'chosen'),
  coalesce(sumIf(part.4, part.2 = 'candidate'), 0),
  coalesce(sumIf(part.4 * (1 - part.4), part.2 = 'candidate'), 0),
  countIf(part.2 = 'drawn'),
  coalesce(sumIf(part.4, part.2 IN ('drawn', 'lane')), 0),
  coalesce(sumIf(part.4 * (1 - part.4), part.2 IN ('drawn', 'lane')), 0),
  coalesce(sumIf(c.resplits, part.2 = 'chosen'), 0),
  countIf(part.2 = 'chosen' AND c.explored),
  coalesce(sumIf(predicted_cost_nanos[chosen_arm] - predicted_cost_nanos[greedy_arm],
    part.2 = 'chosen' AND compares AND length(predicted_cost_nanos) = length(candidates)), 0),
  coalesce(sumIf(predicted_quality[greedy_arm] - predicted_quality[chosen_arm],
    part.2 = 'chosen' AND compares AND length(predicted_quality) = length(candidates)), 0),
  countIf(part.2 = 'chosen' AND reward IS NOT NULL),
  coalesce(sumIf(reward, part.2 = 'chosen'), 0),
  coalesce(sumIf(reward * reward, part.2 = 'chosen'), 0),
  coalesce(sumIf(weight, part.2 = 'chosen'), 0),
  coalesce(sumIf(weight * weight, part.2 = 'chosen'), 0),
  coalesce(maxIf(weight, part.2 = 'chosen'), 0),
  coalesce(sumIf(weight * reward, part.2 = 'chosen'), 0),
  coalesce(sumIf(weight * reward * weight * reward, part.2 = 'chosen'), 0),
  coalesce(sumIf(weight * weight * reward, part.2 = 'chosen'), 0),
  countIf(part.2 = 'chosen' AND c.filled),
  coalesce(sumIf(c.clipped, part.2 = 'chosen'), 0),
  coalesce(sumIf(c.inferences, part.2 = 'chosen'), 0),
  countIf(part.2 = 'served'),
  coalesce(sumIf(c.answered, part.2 = 'chosen'), 0),
  coalesce(sumIf(c.failed, part.2 = 'chosen'), 0),
  coalesce(sumIf(c.cost_nanos, part.2 = 'chosen'), 0),
  coalesce(sumIf(c.cost_count, part.2 = 'chosen'), 0),
  countIf(part.2 = 'chosen' AND c.cost_count = c.inferences),
  coalesce(sumIf(c.cost_nanos, part.2 = 'chosen' AND c.cost_count = c.inferences), 0),
  coalesce(sumIf(toFloat64(c.cost_nanos) * toFloat64(c.cost_nanos),
    part.2 = 'chosen' AND c.cost_count = c.inferences), 0),
  coalesce(sumIf(c.baseline_cost_nanos, part.2 = 'chosen'), 0),
  coalesce(sumIf(c.compared_cost_nanos, part.2 = 'chosen'), 0),
  coalesce(sumIf(c.compared_count, part.2 = 'chosen'), 0),
  :version
FROM counted c
ARRAY JOIN arrayConcat(
  [tuple(toString(chosen_variant), 'chosen', toString(lane), 0.0)],
  arrayFilter(
    candidate -> candidate.4 > 0,
    arrayMap(
      (name, p) -> tuple(toString(name), 'candidate', toString(lane), p), candidates, propensities)),
  arrayMap(name -> tuple(toString(name), 'served', toString(lane), 0.0), served),
  if(length(lane_shares) > 1,
    arrayMap(
      (name, share) -> tuple('', if(name = lane, 'drawn', 'lane'), toString(name), share),
      mapKeys(lane_shares), mapValues(lane_shares)),
    [])) AS part
GROUP BY slot, segment, variant_name, generation_name, lane_name, answered_by, key_name, team_name, kept
