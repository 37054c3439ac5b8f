-- The values of other metrics beside `unit`, within the same window: a text of `number value` for each
-- target that has one, joined by commas; a number is a metric's place in the lists asked for.
other_metric AS (
  SELECT
    tupleElement(each, 1) AS name, tupleElement(each, 2) AS level,
    tupleElement(each, 3) AS type, tupleElement(each, 4) AS number
  FROM (
    SELECT arrayJoin(arrayZip(
      splitByChar('\n', :other_metrics), splitByChar('\n', :other_levels),
      splitByChar('\n', :other_types),
      arrayEnumerate(splitByChar('\n', :other_metrics)))) AS each
  )
),
other_target AS (
  SELECT
    m.episode_id AS episode_id, d.started_at AS decided_at, level,
    if(level = 'inference', m.inference_id, m.episode_id) AS target_id
  FROM (SELECT *, arrayJoin(['inference', 'episode']) AS level FROM member) m
  JOIN deciding d ON d.episode_id = m.episode_id
  LIMIT 1 BY level, target_id
),
other_value AS (
  SELECT
    any(t.episode_id) AS episode_id,
    f.number AS number,
    argMax(f.value, tuple(f.received_at, f.feedback_number)) AS value
  FROM (
    SELECT
      b.target_id AS target_id, b.target_type AS level, b.received_at AS received_at,
      toUInt128(b.feedback_id) AS feedback_number, m.number AS number,
      CASE WHEN m.type = 'boolean' THEN if(b.value_boolean, 1.0, 0.0) ELSE b.value_float END
        AS value
    FROM feedback b
    JOIN other_metric m ON m.name = b.metric_name AND m.level = b.target_type
    WHERE b.rejected IS NULL
      AND CASE WHEN m.type = 'boolean'
        THEN b.value_boolean IS NOT NULL
        ELSE b.value_float IS NOT NULL AND NOT isNaN(b.value_float)
      END
      AND (toUInt128(b.target_id) IN (SELECT toUInt128(inference_id) FROM member)
        OR toUInt128(b.target_id) IN (SELECT toUInt128(episode_id) FROM member))
  ) f
  JOIN other_target t ON t.target_id = f.target_id AND t.level = f.level
  WHERE f.received_at <= t.decided_at + toIntervalMicrosecond(:window_us)
  GROUP BY t.target_id, f.number
),
other AS (
  SELECT
    episode_id,
    arrayStringConcat(arrayMap(
      one -> concat(toString(tupleElement(one, 1)), ' ',
        toString(least(greatest(assumeNotNull(tupleElement(one, 2)), -1e300), 1e300))),
      arraySort(groupArray(tuple(number, value)))), ',') AS others
  FROM other_value
  GROUP BY episode_id
)
