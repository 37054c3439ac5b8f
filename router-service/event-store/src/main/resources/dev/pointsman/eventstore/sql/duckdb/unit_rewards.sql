-- Common table expressions behind every figure about decisions. Expects `scope(episode_id)`: the
-- episodes to look at, among which a unit counts when its deciding row does.
--   member       the inferences of a unit: decided and sticky ones
--   deciding     its earliest decision row
--   valued       last value in time per target
--   unit         one row per (function, episode): the decision, what came of it, its reward
member AS (
  SELECT i.*
  FROM inference i
  SEMI JOIN scope USING (episode_id)
  WHERE i.function_name = :function AND i.kind IN ('decision', 'sticky')
    -- Ids hold their time, so bounds on them spare most of the table; a join alone does not.
    AND i.episode_id >= (
      SELECT coalesce(min(episode_id), 'ffffffff-ffff-ffff-ffff-ffffffffffff'::UUID) FROM scope)
    AND i.episode_id <= (SELECT max(episode_id) FROM scope)
),
repeated AS (
  SELECT episode_id
  FROM member
  WHERE kind = 'decision'
  GROUP BY episode_id
  HAVING count(*) > 1
),
deciding AS (
  SELECT
    *,
    make_timestamp(epoch_us(started_at) // 10000000 * 10000000) AS bucket
  FROM (
    -- Most episodes have one decision, and a window over all of them costs more than the rest.
    SELECT *
    FROM member
    WHERE kind = 'decision' AND episode_id NOT IN (SELECT episode_id FROM repeated)
    UNION ALL
    SELECT *
    FROM (
      SELECT *
      FROM member
      WHERE kind = 'decision' AND episode_id IN (SELECT episode_id FROM repeated)
      QUALIFY row_number() OVER (PARTITION BY episode_id ORDER BY started_at, inference_id) = 1
    )
  )
),
target AS (
  SELECT inference_id AS target_id, episode_id FROM member WHERE :level = 'inference'
  UNION ALL
  SELECT episode_id, episode_id FROM deciding WHERE :level = 'episode'
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
  JOIN deciding d ON d.episode_id = t.episode_id
  WHERE f.metric_name = :metric
    AND f.target_type = :level
    AND f.rejected IS NULL
    AND f.received_at <= d.started_at + to_microseconds(:window_us::BIGINT)
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
      AND m.served_variant = d.chosen_variant), 0) AS input_tokens,
    count(m.input_tokens) FILTER (WHERE m.outcome = 'answered'
      AND m.served_variant = d.chosen_variant) AS input_tokens_count,
    coalesce(sum(m.output_tokens) FILTER (WHERE m.outcome = 'answered'
      AND m.served_variant = d.chosen_variant), 0) AS output_tokens,
    count(m.output_tokens) FILTER (WHERE m.outcome = 'answered'
      AND m.served_variant = d.chosen_variant) AS output_tokens_count,
    coalesce(sum(m.duration_us) FILTER (WHERE m.outcome = 'answered'
      AND m.served_variant = d.chosen_variant), 0) AS duration_us,
    coalesce(sum(m.cost_nanos), 0) AS cost_nanos,
    count(m.cost_nanos) AS cost_count,
    coalesce(sum(m.baseline_cost_nanos) FILTER (WHERE m.cost_nanos IS NOT NULL), 0)
      AS baseline_cost_nanos,
    coalesce(sum(m.cost_nanos) FILTER (WHERE m.baseline_cost_nanos IS NOT NULL), 0)
      AS compared_cost_nanos,
    count(m.cost_nanos) FILTER (WHERE m.baseline_cost_nanos IS NOT NULL) AS compared_count
  FROM member m
  JOIN deciding d USING (episode_id)
  GROUP BY m.episode_id
),
unit AS (
  SELECT
    d.inference_id, d.episode_id, d.started_at, d.bucket, d.segment, d.stratum,
    d.experiment_group, coalesce(d.lane, '') AS lane, d.lane_shares,
    d.policy_generation, d.policy_revision, d.candidates, d.exclusions,
    d.predicted_quality, d.policy_probabilities, d.challenger_probabilities, d.propensities,
    d.chosen_variant, d.propensity, d.explored, d.predicted_cost_nanos, d.outcome,
    d.served_model, d.baseline_variant, d.features, d.key_id, d.team_id, d.tags,
    g.* EXCLUDE (episode_id),
    g.served_chosen > 0 AND g.served_other = 0 AS as_chosen,
    v.reward IS NULL AND d.outcome <> 'failed' AND :no_feedback::DOUBLE IS NOT NULL
      AND d.started_at + to_microseconds(:window_us::BIGINT) <= :as_of::TIMESTAMP AS filled,
    CASE WHEN filled THEN :no_feedback::DOUBLE ELSE v.reward END AS reward,
    coalesce(v.clipped, 0) AS clipped
  FROM deciding d
  JOIN gathered g USING (episode_id)
  LEFT JOIN given v USING (episode_id)
)
