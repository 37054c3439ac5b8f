-- The rows of a range that count: minutes at its edges, hours and days where they are whole.
kept AS (
  SELECT *
  FROM usage_rollup
  WHERE
--include rollup_range
    AND NOT computed_only
    AND (seconds, bucket, version) IN (
      SELECT seconds, bucket, max(version)
      FROM usage_rollup
      WHERE
--include rollup_range
        AND version <= (
          SELECT max(version) FROM rollup_mark WHERE function_name = '' AND metric_name = '')
      GROUP BY seconds, bucket)
    AND (:function IS NULL OR function_name = :function)
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
