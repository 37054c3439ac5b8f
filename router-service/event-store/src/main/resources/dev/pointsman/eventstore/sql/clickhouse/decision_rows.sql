-- The rows of a range that count: minutes at its edges, hours and days where they are whole.
kept AS (
  SELECT *
  FROM decision_rollup
  WHERE
--include rollup_range
    AND NOT computed_only
    AND
--include asked_rules
    AND (function_name, metric_name, seconds, bucket, version) IN (
      SELECT r.function_name, r.metric_name, seconds, bucket, max(version)
      FROM decision_rollup r
      JOIN (
        SELECT function_name, metric_name, max(version) AS marked
        FROM rollup_mark
        GROUP BY function_name, metric_name) m
        ON m.function_name = r.function_name AND m.metric_name = r.metric_name
      WHERE
--include rollup_range
        AND (r.function_name, r.metric_name) IN (
          SELECT splitByChar(char(31), rule)[1], splitByChar(char(31), rule)[2]
          FROM (SELECT arrayJoin(splitByChar(char(30), :rules)) AS rule))
        AND version <= m.marked
      GROUP BY r.function_name, r.metric_name, seconds, bucket)
    AND (:segment IS NULL OR segment = :segment)
    AND (:variant IS NULL OR variant = :variant)
    AND (:generation IS NULL OR generation = :generation)
    AND (:lane IS NULL OR lane = :lane)
    AND (:model IS NULL OR model = :model)
    AND (:key IS NULL OR key_id = :key)
    AND (:team IS NULL OR team_id = :team)
    AND (:tags IS NULL OR hasAll(
      arrayMap((name, value) -> concat(name, char(30), value), mapKeys(tags), mapValues(tags)),
      splitByChar(char(31), ifNull(:tags, ''))))
)
