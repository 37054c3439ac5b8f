-- Common table expressions behind every figure about decisions. Expects `scope(episode_id)`: the
-- episodes to look at, among which a unit counts when its deciding row does. The server computes an
-- expression anew wherever it is named, so each of these is named once and hands on what it has.
--   gathered     one row per unit: its earliest decision row, and its decided and sticky inferences
--   valued       one row per target of a unit, with the last value in time
--   unit         one row per (function, episode): the decision, what came of it, its reward
span AS (
  SELECT min(started_at) AS first, max(started_at) AS last
  FROM inference
  WHERE function_name = :function
    AND toUInt128(episode_id) IN (SELECT toUInt128(episode_id) FROM scope)
),
gathered AS (
  SELECT
    episode_id,
    argMin(
      tuple(
        inference_id, started_at, segment, stratum, experiment_group, coalesce(lane, ''),
        lane_shares, policy_generation, policy_revision, candidates, exclusions,
        predicted_quality, policy_probabilities, challenger_probabilities, propensities,
        chosen_variant, propensity, outcome, baseline_variant, features),
      tuple(kind <> 'decision', started_at, toUInt128(inference_id))) AS deciding,
    groupArray(
      tuple(
        inference_id, kind, chosen_variant, served_variant, outcome, input_tokens, output_tokens,
        duration_us, cost_nanos, baseline_cost_nanos)) AS members
  FROM inference
  WHERE function_name = :function AND kind IN ('decision', 'sticky')
    AND started_at >= (SELECT first FROM span) AND started_at <= (SELECT last FROM span)
    AND episode_id IN (SELECT episode_id FROM scope)
  GROUP BY episode_id
  HAVING countIf(kind = 'decision') > 0
),
target AS (
  SELECT
    episode_id, deciding, members,
    arrayJoin(if(:level = 'inference', members.1, [episode_id])) AS target_id
  FROM gathered
),
valued AS (
  SELECT
    t.episode_id AS episode_id, t.target_id AS target_id,
    any(t.deciding) AS deciding, any(t.members) AS members,
    argMaxOrNullIf(
      f.scaled, tuple(f.received_at, f.number),
      f.scaled IS NOT NULL
        AND f.received_at <= t.deciding.2 + toIntervalMicrosecond(:window_us)) AS scaled
  FROM target t
  LEFT JOIN (
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
        SELECT toUInt128(if(:level = 'inference', inference_id, episode_id))
        FROM inference
        WHERE function_name = :function AND kind IN ('decision', 'sticky')
          AND started_at >= (SELECT first FROM span) AND started_at <= (SELECT last FROM span)
          AND episode_id IN (SELECT episode_id FROM scope))
  ) f ON f.target_id = t.target_id
  GROUP BY t.episode_id, t.target_id
),
given AS (
  SELECT
    episode_id,
    any(deciding) AS deciding,
    any(members) AS members,
    -- The server's least and greatest pass over null.
    avgOrNullIf(
      if(:maximize,
        least(greatest(assumeNotNull(scaled), 0), 1),
        1 - least(greatest(assumeNotNull(scaled), 0), 1)),
      scaled IS NOT NULL) AS given_reward,
    countIf(scaled IS NOT NULL AND (scaled < 0 OR scaled > 1)) AS clipped
  FROM valued
  GROUP BY episode_id
),
unit AS (
  SELECT
    episode_id,
    deciding.1 AS inference_id, deciding.2 AS started_at,
    fromUnixTimestamp64Micro(
      intDiv(toUnixTimestamp64Micro(deciding.2), 10000000) * 10000000, 'UTC') AS bucket,
    deciding.3 AS segment, deciding.4 AS stratum, deciding.5 AS experiment_group,
    deciding.6 AS lane, deciding.7 AS lane_shares, deciding.8 AS policy_generation,
    deciding.9 AS policy_revision, deciding.10 AS candidates, deciding.11 AS exclusions,
    deciding.12 AS predicted_quality, deciding.13 AS policy_probabilities,
    deciding.14 AS challenger_probabilities, deciding.15 AS propensities,
    deciding.16 AS chosen_variant, deciding.17 AS propensity, deciding.18 AS outcome,
    deciding.19 AS baseline_variant, deciding.20 AS features,
    arrayFilter(m -> m.4 IS NOT NULL, members) AS served_members,
    arrayFilter(m -> m.5 = 'answered' AND ifNull(m.4 = chosen_variant, false), members)
      AS answered_members,
    arrayFilter(m -> m.9 IS NOT NULL AND m.10 IS NOT NULL, members) AS compared_members,
    length(members) AS inferences,
    arrayCount(m -> m.2 = 'decision' AND m.3 <> chosen_variant, members) AS resplits,
    arrayCount(m -> ifNull(m.4 = chosen_variant, false), members) AS served_chosen,
    arrayCount(m -> ifNull(m.4 <> chosen_variant, false), members) AS served_other,
    length(answered_members) AS answered,
    arrayCount(m -> m.5 = 'failed', members) AS failed,
    arraySum(m -> ifNull(m.6, 0), answered_members) AS input_tokens,
    arrayCount(m -> m.6 IS NOT NULL, answered_members) AS input_tokens_count,
    arraySum(m -> ifNull(m.7, 0), answered_members) AS output_tokens,
    arrayCount(m -> m.7 IS NOT NULL, answered_members) AS output_tokens_count,
    arraySum(m -> m.8, answered_members) AS duration_us,
    arraySum(m -> ifNull(m.9, 0), members) AS cost_nanos,
    arrayCount(m -> m.9 IS NOT NULL, members) AS cost_count,
    arraySum(m -> ifNull(m.10, 0), compared_members) AS baseline_cost_nanos,
    arraySum(m -> ifNull(m.9, 0), compared_members) AS compared_cost_nanos,
    length(compared_members) AS compared_count,
    served_chosen > 0 AND served_other = 0 AS as_chosen,
    given_reward IS NULL AND outcome <> 'failed' AND :no_feedback IS NOT NULL
      AND started_at + toIntervalMicrosecond(:window_us) <= :as_of AS filled,
    if(filled, :no_feedback, given_reward) AS reward,
    clipped
  FROM given
)
