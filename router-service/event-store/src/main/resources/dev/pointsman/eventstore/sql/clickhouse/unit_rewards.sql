-- Common table expressions behind every figure about decisions. Expects `scope(episode_id)`: the
-- episodes to look at, each any number of times, of which a unit counts when its deciding row does.
-- The server computes an expression anew wherever it is named, except a subquery in brackets whose
-- text is the same: the span is one value and the scope one set, word for word, and what is named
-- often reads few columns.
--   span         from when to when the scope's inferences started, which the table is ordered by
--   member       the inferences of a unit: decided and sticky ones
--   deciding     its earliest decision row
--   valued       last value in time per target
--   unit         one row per (function, episode): the decision, what came of it, its reward
span AS (
  SELECT tuple(min(started_at), max(started_at)) AS ends
  FROM inference
  WHERE function_name = :function
    AND toUInt128(episode_id) IN (SELECT toUInt128(episode_id) FROM scope)
  SETTINGS aggregate_functions_null_for_empty = 0
),
member AS (
  SELECT *
  FROM inference
  WHERE function_name = :function AND kind IN ('decision', 'sticky')
    AND started_at >= tupleElement((SELECT ends FROM span), 1)
    AND started_at <= tupleElement((SELECT ends FROM span), 2)
    AND toUInt128(episode_id) IN (SELECT toUInt128(episode_id) FROM scope)
),
deciding AS (
  SELECT *
  FROM member
  WHERE kind = 'decision'
  ORDER BY started_at, toUInt128(inference_id)
  LIMIT 1 BY episode_id
),
target AS (
  SELECT
    m.episode_id AS episode_id, d.started_at AS decided_at,
    if(:level = 'inference', m.inference_id, m.episode_id) AS target_id
  FROM member m
  JOIN deciding d ON d.episode_id = m.episode_id
  WHERE :level = 'inference' OR m.inference_id = d.inference_id
),
valued AS (
  SELECT
    t.target_id AS target_id,
    any(t.episode_id) AS episode_id,
    argMax(f.scaled, tuple(f.received_at, f.number)) AS scaled
  FROM (
    SELECT
      target_id, received_at, toUInt128(feedback_id) AS number,
      CASE WHEN :type = 'boolean'
        THEN if(value_boolean, 1.0, 0.0)
        ELSE (value_float - :low) / (:high - :low)
      END AS scaled
    FROM feedback
    WHERE metric_name = :metric
      AND target_type = :level
      AND rejected IS NULL
      AND CASE WHEN :type = 'boolean'
        THEN value_boolean IS NOT NULL
        ELSE value_float IS NOT NULL AND NOT isNaN(value_float)
      END
      AND toUInt128(target_id) IN (
        SELECT toUInt128(if(:level = 'inference', inference_id, episode_id)) FROM member)
  ) f
  JOIN target t ON t.target_id = f.target_id
  WHERE f.received_at <= t.decided_at + toIntervalMicrosecond(:window_us)
  GROUP BY t.target_id
),
given AS (
  SELECT
    episode_id,
    avg(if(:maximize, least(greatest(scaled, 0), 1), 1 - least(greatest(scaled, 0), 1))) AS reward,
    countIf(scaled < 0 OR scaled > 1) AS clipped
  FROM valued
  GROUP BY episode_id
),
gathered AS (
  SELECT
    m.episode_id AS episode_id,
    count() AS inferences,
    groupArrayIf(toString(assumeNotNull(m.served_variant)), m.served_variant IS NOT NULL) AS served,
    countIf(m.kind = 'decision' AND m.chosen_variant <> d.chosen_variant) AS resplits,
    countIf(m.served_variant = d.chosen_variant) AS served_chosen,
    countIf(m.served_variant <> d.chosen_variant) AS served_other,
    countIf(m.outcome = 'answered' AND m.served_variant = d.chosen_variant) AS answered,
    countIf(m.outcome = 'failed') AS failed,
    coalesce(sumIf(m.input_tokens, m.outcome = 'answered' AND m.served_variant = d.chosen_variant),
      0) AS input_tokens,
    countIf(m.input_tokens IS NOT NULL AND m.outcome = 'answered'
      AND m.served_variant = d.chosen_variant) AS input_tokens_count,
    coalesce(sumIf(m.output_tokens, m.outcome = 'answered' AND m.served_variant = d.chosen_variant),
      0) AS output_tokens,
    countIf(m.output_tokens IS NOT NULL AND m.outcome = 'answered'
      AND m.served_variant = d.chosen_variant) AS output_tokens_count,
    coalesce(sumIf(m.duration_us, m.outcome = 'answered' AND m.served_variant = d.chosen_variant),
      0) AS duration_us,
    coalesce(sum(m.cost_nanos), 0) AS cost_nanos,
    count(m.cost_nanos) AS cost_count,
    coalesce(sumIf(m.baseline_cost_nanos, m.cost_nanos IS NOT NULL), 0) AS baseline_cost_nanos,
    coalesce(sumIf(m.cost_nanos, m.baseline_cost_nanos IS NOT NULL), 0) AS compared_cost_nanos,
    countIf(m.cost_nanos IS NOT NULL AND m.baseline_cost_nanos IS NOT NULL) AS compared_count
  FROM member m
  JOIN deciding d ON d.episode_id = m.episode_id
  GROUP BY m.episode_id
),
unit AS (
  SELECT
    d.inference_id AS inference_id, d.episode_id AS episode_id, d.started_at AS started_at,
    fromUnixTimestamp64Micro(
      intDiv(toUnixTimestamp64Micro(d.started_at), 10000000) * 10000000, 'UTC') AS bucket,
    d.segment AS segment, d.stratum AS stratum, d.experiment_group AS experiment_group,
    coalesce(d.lane, '') AS lane, d.lane_shares AS lane_shares,
    d.policy_generation AS policy_generation, d.policy_revision AS policy_revision,
    d.candidates AS candidates, d.exclusions AS exclusions,
    d.predicted_quality AS predicted_quality, d.policy_probabilities AS policy_probabilities,
    d.challenger_probabilities AS challenger_probabilities, d.propensities AS propensities,
    d.chosen_variant AS chosen_variant, d.propensity AS propensity, d.outcome AS outcome,
    d.baseline_variant AS baseline_variant, d.features AS features,
    d.served_model AS served_model, d.explored AS explored,
    d.predicted_cost_nanos AS predicted_cost_nanos,
    d.key_id AS key_id, d.team_id AS team_id, d.tags AS tags,
    g.inferences AS inferences, g.served AS served, g.resplits AS resplits,
    g.served_chosen AS served_chosen, g.served_other AS served_other,
    g.answered AS answered, g.failed AS failed,
    g.input_tokens AS input_tokens, g.input_tokens_count AS input_tokens_count,
    g.output_tokens AS output_tokens, g.output_tokens_count AS output_tokens_count,
    g.duration_us AS duration_us, g.cost_nanos AS cost_nanos, g.cost_count AS cost_count,
    g.baseline_cost_nanos AS baseline_cost_nanos, g.compared_cost_nanos AS compared_cost_nanos,
    g.compared_count AS compared_count,
    g.served_chosen > 0 AND g.served_other = 0 AS as_chosen,
    v.reward IS NULL AND d.outcome <> 'failed' AND :no_feedback IS NOT NULL
      AND d.started_at + toIntervalMicrosecond(:window_us) <= :as_of AS filled,
    if(filled, :no_feedback, v.reward) AS reward,
    coalesce(v.clipped, 0) AS clipped
  FROM deciding d
  JOIN gathered g ON g.episode_id = d.episode_id
  LEFT JOIN given v ON v.episode_id = d.episode_id
)
