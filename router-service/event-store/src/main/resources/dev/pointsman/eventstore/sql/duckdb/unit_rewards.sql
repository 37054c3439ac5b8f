-- Common table expressions behind every figure about decisions. Expects `head`: the decision rows to
-- look at; a unit counts when its deciding row is among them. Nearly every episode is one inference,
-- and what there is to know of it stands in its row; only the others are gathered.
--   begun        the episodes of `head`
--   bounds       between which they lie
--   shared       episodes of several inferences, decided and sticky ones
--   member       their inferences
--   first_of     their earliest decision rows
--   together     the earliest of them that are in `head`, with what came of all
--   deciding     one row per (function, episode): the decision, and what came of it
--   valued       last value in time per target
--   unit         the deciding rows with their rewards
-- `head`, `deciding` and `unit` are computed anew wherever they are named: kept whole, a full
-- minute's rows leave the engine's memory, and writing them out costs more than reading a few columns
-- again.
begun AS MATERIALIZED (
  SELECT episode_id FROM head
),
bounds AS MATERIALIZED (
  SELECT
    coalesce(min(episode_id), 'ffffffff-ffff-ffff-ffff-ffffffffffff'::UUID) AS least_id,
    max(episode_id) AS most_id
  FROM begun
),
shared AS (
  SELECT episode_id
  FROM inference
  SEMI JOIN begun USING (episode_id)
  WHERE function_name = :function AND kind IN ('decision', 'sticky')
    -- Ids hold their time, so bounds on them spare most of the table; a join alone does not.
    AND episode_id >= (SELECT least_id FROM bounds)
    AND episode_id <= (SELECT most_id FROM bounds)
  GROUP BY episode_id
  HAVING count(*) > 1
),
member AS (
  SELECT i.*
  FROM inference i
  SEMI JOIN shared USING (episode_id)
  WHERE i.function_name = :function AND i.kind IN ('decision', 'sticky')
    AND i.episode_id >= (
      SELECT coalesce(min(episode_id), 'ffffffff-ffff-ffff-ffff-ffffffffffff'::UUID) FROM shared)
    AND i.episode_id <= (SELECT max(episode_id) FROM shared)
),
first_of AS (
  SELECT *
  FROM member
  WHERE kind = 'decision'
  QUALIFY row_number() OVER (PARTITION BY episode_id ORDER BY started_at, inference_id) = 1
),
gathered AS (
  SELECT
    m.episode_id,
    count(*) AS inferences,
    count(*) FILTER (WHERE m.kind = 'decision' AND m.chosen_variant <> d.chosen_variant)
      AS resplits,
    count(*) FILTER (WHERE m.served_variant = d.chosen_variant) AS served_chosen,
    count(*) FILTER (WHERE m.served_variant <> d.chosen_variant) AS served_other,
    count(*) FILTER (WHERE m.outcome = 'answered' AND m.served_variant = d.chosen_variant)
      AS answered,
    count(*) FILTER (WHERE m.outcome = 'failed') AS failed,
    coalesce(sum(m.input_tokens) FILTER (WHERE m.outcome = 'answered'
      AND m.served_variant = d.chosen_variant), 0)::BIGINT AS input_tokens,
    count(m.input_tokens) FILTER (WHERE m.outcome = 'answered'
      AND m.served_variant = d.chosen_variant) AS input_tokens_count,
    coalesce(sum(m.output_tokens) FILTER (WHERE m.outcome = 'answered'
      AND m.served_variant = d.chosen_variant), 0)::BIGINT AS output_tokens,
    count(m.output_tokens) FILTER (WHERE m.outcome = 'answered'
      AND m.served_variant = d.chosen_variant) AS output_tokens_count,
    coalesce(sum(m.duration_us) FILTER (WHERE m.outcome = 'answered'
      AND m.served_variant = d.chosen_variant), 0)::BIGINT AS duration_us,
    coalesce(sum(m.cost_nanos), 0)::BIGINT AS cost_nanos,
    count(m.cost_nanos) AS cost_count,
    coalesce(sum(m.baseline_cost_nanos) FILTER (WHERE m.cost_nanos IS NOT NULL), 0)::BIGINT
      AS baseline_cost_nanos,
    coalesce(sum(m.cost_nanos) FILTER (WHERE m.baseline_cost_nanos IS NOT NULL), 0)::BIGINT
      AS compared_cost_nanos,
    count(m.cost_nanos) FILTER (WHERE m.baseline_cost_nanos IS NOT NULL) AS compared_count
  FROM member m
  JOIN first_of d USING (episode_id)
  GROUP BY m.episode_id
),
together AS MATERIALIZED (
  SELECT
    d.* EXCLUDE (input_tokens, output_tokens, duration_us, cost_nanos, baseline_cost_nanos),
    g.* EXCLUDE (episode_id)
  FROM first_of d
  JOIN gathered g USING (episode_id)
  SEMI JOIN head USING (inference_id)
),
deciding AS NOT MATERIALIZED (
  SELECT
    * EXCLUDE (input_tokens, output_tokens, duration_us, cost_nanos, baseline_cost_nanos),
    TRUE AS alone,
    1 AS inferences,
    0 AS resplits,
    CASE WHEN served_variant = chosen_variant THEN 1 ELSE 0 END AS served_chosen,
    CASE WHEN served_variant <> chosen_variant THEN 1 ELSE 0 END AS served_other,
    CASE WHEN outcome = 'answered' THEN served_chosen ELSE 0 END AS answered,
    CASE WHEN outcome = 'failed' THEN 1 ELSE 0 END AS failed,
    CASE WHEN answered = 1 THEN coalesce(h.input_tokens, 0) ELSE 0 END AS input_tokens,
    CASE WHEN answered = 1 AND h.input_tokens IS NOT NULL THEN 1 ELSE 0 END AS input_tokens_count,
    CASE WHEN answered = 1 THEN coalesce(h.output_tokens, 0) ELSE 0 END AS output_tokens,
    CASE WHEN answered = 1 AND h.output_tokens IS NOT NULL THEN 1 ELSE 0 END
      AS output_tokens_count,
    CASE WHEN answered = 1 THEN h.duration_us ELSE 0 END AS duration_us,
    coalesce(h.cost_nanos, 0) AS cost_nanos,
    CASE WHEN h.cost_nanos IS NULL THEN 0 ELSE 1 END AS cost_count,
    CASE WHEN h.cost_nanos IS NULL THEN 0 ELSE coalesce(h.baseline_cost_nanos, 0) END
      AS baseline_cost_nanos,
    CASE WHEN h.baseline_cost_nanos IS NULL THEN 0 ELSE coalesce(h.cost_nanos, 0) END
      AS compared_cost_nanos,
    CASE WHEN h.baseline_cost_nanos IS NULL OR h.cost_nanos IS NULL THEN 0 ELSE 1 END
      AS compared_count
  FROM head h
  ANTI JOIN shared USING (episode_id)
  UNION ALL BY NAME
  SELECT *, FALSE AS alone
  FROM together
),
target AS (
  SELECT inference_id AS target_id, episode_id, started_at
  FROM deciding
  WHERE alone AND :level = 'inference'
  UNION ALL
  SELECT m.inference_id, m.episode_id, d.started_at
  FROM member m
  JOIN first_of d USING (episode_id)
  WHERE :level = 'inference'
  UNION ALL
  SELECT episode_id, episode_id, started_at FROM deciding WHERE :level = 'episode'
),
valued AS (
  SELECT
    t.episode_id,
    CASE WHEN :type = 'boolean'
      THEN CASE WHEN f.value_boolean THEN 1.0::DOUBLE ELSE 0.0::DOUBLE END
      ELSE (f.value_float - :low::DOUBLE) / (:high::DOUBLE - :low::DOUBLE)
    END AS scaled
  FROM feedback f
  JOIN target t ON t.target_id = f.target_id
  WHERE f.metric_name = :metric
    AND f.target_type = :level
    AND f.rejected IS NULL
    AND f.received_at <= t.started_at + to_microseconds(:window_us::BIGINT)
    AND CASE WHEN :type = 'boolean'
      THEN f.value_boolean IS NOT NULL
      ELSE f.value_float IS NOT NULL AND NOT isnan(f.value_float)
    END
  QUALIFY row_number() OVER (
    PARTITION BY t.target_id ORDER BY f.received_at DESC, f.feedback_id DESC) = 1
),
given AS (
  SELECT
    episode_id,
    avg(CASE WHEN :maximize::BOOLEAN
      THEN least(greatest(scaled, 0), 1)
      ELSE 1 - least(greatest(scaled, 0), 1)
    END) AS reward,
    count(*) FILTER (WHERE scaled < 0 OR scaled > 1) AS clipped
  FROM valued
  GROUP BY episode_id
),
unit AS NOT MATERIALIZED (
  SELECT
    d.inference_id, d.episode_id, d.started_at, d.segment, d.stratum,
    d.experiment_group, coalesce(d.lane, '') AS lane, d.lane_shares,
    d.policy_generation, d.policy_revision, d.candidates, d.exclusions,
    d.predicted_quality, d.policy_probabilities, d.challenger_probabilities, d.propensities,
    d.chosen_variant, d.propensity, d.explored, d.predicted_cost_nanos, d.outcome,
    d.served_variant, d.served_model, d.baseline_variant, d.features, d.key_id, d.team_id, d.tags,
    d.alone, d.inferences, d.resplits, d.answered, d.failed, d.input_tokens, d.input_tokens_count,
    d.output_tokens, d.output_tokens_count, d.duration_us, d.cost_nanos, d.cost_count,
    d.baseline_cost_nanos, d.compared_cost_nanos, d.compared_count,
    d.served_chosen > 0 AND d.served_other = 0 AS as_chosen,
    v.reward IS NULL AND d.outcome <> 'failed' AND :no_feedback::DOUBLE IS NOT NULL
      AND d.started_at + to_microseconds(:window_us::BIGINT) <= :as_of::TIMESTAMP AS filled,
    CASE WHEN filled THEN :no_feedback::DOUBLE ELSE v.reward END AS reward,
    coalesce(v.clipped, 0) AS clipped
  FROM deciding d
  LEFT JOIN given v USING (episode_id)
)
