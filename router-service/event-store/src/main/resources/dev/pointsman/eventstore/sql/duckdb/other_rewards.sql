-- The values of other metrics beside `unit`, within the same window: a text of `number value` for each
-- target that has one, joined by commas; a number is a metric's place in the lists asked for.
other_metric AS (
  SELECT
    unnest(string_split(:other_metrics, chr(10))) AS name,
    unnest(string_split(:other_levels, chr(10))) AS level,
    unnest(string_split(:other_types, chr(10))) AS type,
    unnest(generate_series(1, len(string_split(:other_metrics, chr(10))))) AS number
),
other_target AS (
  SELECT inference_id AS target_id, episode_id, started_at, 'inference' AS level
  FROM deciding
  WHERE alone
  UNION ALL
  SELECT m.inference_id, m.episode_id, d.started_at, 'inference'
  FROM member m
  JOIN first_of d USING (episode_id)
  UNION ALL
  SELECT episode_id, episode_id, started_at, 'episode' FROM deciding
),
other_value AS (
  SELECT
    t.episode_id,
    m.number,
    CASE WHEN m.type = 'boolean'
      THEN CASE WHEN f.value_boolean THEN 1.0::DOUBLE ELSE 0.0::DOUBLE END
      ELSE f.value_float
    END AS value
  FROM feedback f
  JOIN other_metric m ON m.name = f.metric_name AND m.level = f.target_type
  JOIN other_target t ON t.target_id = f.target_id AND t.level = f.target_type
  WHERE f.rejected IS NULL
    AND f.received_at <= t.started_at + to_microseconds(:window_us::BIGINT)
    AND CASE WHEN m.type = 'boolean'
      THEN f.value_boolean IS NOT NULL
      ELSE f.value_float IS NOT NULL AND NOT isnan(f.value_float)
    END
  QUALIFY row_number() OVER (
    PARTITION BY m.number, t.target_id ORDER BY f.received_at DESC, f.feedback_id DESC) = 1
),
other AS (
  SELECT
    episode_id,
    string_agg(
      number || ' ' || least(greatest(value, -1e300), 1e300), ',' ORDER BY number, value) AS others
  FROM other_value
  GROUP BY episode_id
)
