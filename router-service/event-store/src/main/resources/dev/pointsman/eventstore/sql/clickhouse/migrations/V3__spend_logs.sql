-- Views that people ask by hand, as in the embedded store: names and columns are a contract
-- (docs/spend.md).
CREATE OR REPLACE VIEW spend_logs${on_cluster} AS
SELECT
  toString(inference_id) AS request_id,
  surface AS call_type,
  key_id AS api_key,
  toDecimal128(cost_nanos, 9) / 1000000000 AS spend,
  input_tokens + output_tokens AS total_tokens,
  input_tokens AS prompt_tokens,
  output_tokens AS completion_tokens,
  started_at AS "startTime",
  started_at + toIntervalMicrosecond(duration_us) AS "endTime",
  if(ttft_us IS NULL, NULL, started_at + toIntervalMicrosecond(ifNull(ttft_us, 0))) AS "completionStartTime",
  served_model AS model,
  served_variant AS model_id,
  function_name AS model_group,
  served_provider AS custom_llm_provider,
  CAST(NULL AS Nullable(String)) AS api_base,
  CAST(NULL AS Nullable(String)) AS "user",
  team_id,
  end_user,
  arrayMap((k, v) -> concat(k, '=', v), mapKeys(tags), mapValues(tags)) AS request_tags,
  if(cache = 'hit', 'True', 'False') AS cache_hit,
  if(outcome = 'answered', 'success', 'failure') AS status,
  toString(episode_id) AS session_id,
  kind AS decision_kind,
  toDecimal128(baseline_cost_nanos, 9) / 1000000000 AS baseline_spend,
  tags
FROM inference;

CREATE OR REPLACE VIEW feedback_latest${on_cluster} AS
SELECT
  toString(target) AS target_id,
  target_type,
  metric_name,
  tupleElement(latest, 1) AS value_boolean,
  tupleElement(latest, 2) AS value_float,
  tupleElement(latest, 3) AS source,
  tupleElement(latest, 4) AS received_at
FROM (
  SELECT
    f.target_id AS target,
    f.target_type AS target_type,
    f.metric_name AS metric_name,
    argMax(
      tuple(f.value_boolean, f.value_float, f.source, f.received_at),
      tuple(f.received_at, toUInt128(f.feedback_id))) AS latest
  FROM feedback f
  WHERE f.rejected IS NULL AND (f.value_boolean IS NOT NULL OR f.value_float IS NOT NULL)
  GROUP BY f.target_id, f.target_type, f.metric_name
);
