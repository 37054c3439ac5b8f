-- Views that people ask by hand: their names and columns are a contract (docs/spend.md). The columns
-- of spend_logs are those of LiteLLM's table LiteLLM_SpendLogs, so that queries move over as they
-- are. Money is in dollars and exact; null is unknown.
CREATE VIEW spend_logs AS
SELECT
  CAST(inference_id AS VARCHAR) AS request_id,
  surface AS call_type,
  key_id AS api_key,
  cost_nanos * CAST(0.000000001 AS DECIMAL(10, 9)) AS spend,
  input_tokens + output_tokens AS total_tokens,
  input_tokens AS prompt_tokens,
  output_tokens AS completion_tokens,
  started_at AS "startTime",
  started_at + to_microseconds(duration_us) AS "endTime",
  started_at + to_microseconds(ttft_us) AS "completionStartTime",
  served_model AS model,
  served_variant AS model_id,
  function_name AS model_group,
  served_provider AS custom_llm_provider,
  CAST(NULL AS VARCHAR) AS api_base,
  CAST(NULL AS VARCHAR) AS "user",
  team_id,
  end_user,
  list_transform(map_entries(tags), lambda e: e.key || '=' || e.value) AS request_tags,
  CASE WHEN cache = 'hit' THEN 'True' ELSE 'False' END AS cache_hit,
  CASE WHEN outcome = 'answered' THEN 'success' ELSE 'failure' END AS status,
  CAST(episode_id AS VARCHAR) AS session_id,
  kind AS decision_kind,
  baseline_cost_nanos * CAST(0.000000001 AS DECIMAL(10, 9)) AS baseline_spend,
  tags
FROM inference;

-- The value of a metric that counts for a target: the last one, whoever gave it.
CREATE VIEW feedback_latest AS
SELECT
  CAST(target_id AS VARCHAR) AS target_id,
  target_type, metric_name, value_boolean, value_float, source, received_at
FROM feedback
WHERE rejected IS NULL AND (value_boolean IS NOT NULL OR value_float IS NOT NULL)
QUALIFY row_number() OVER (
  PARTITION BY target_type, feedback.target_id, metric_name
  ORDER BY received_at DESC, feedback_id DESC) = 1;
