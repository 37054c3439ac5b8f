-- The rows of a range that count: minutes at its edges, hours and days where they are whole.
kept AS (
  SELECT *
  FROM feedback_rollup
  WHERE
--include rollup_range
    AND NOT computed_only
    AND (seconds, bucket, version) IN (
      SELECT seconds, bucket, max(version)
      FROM feedback_rollup
      WHERE
--include rollup_range
        AND version <= (
          SELECT max(version) FROM rollup_mark WHERE function_name = '' AND metric_name = '')
      GROUP BY seconds, bucket)
    AND (:function IS NULL OR function_name = :function)
    AND (:metric IS NULL OR metric_name = :metric)
    AND (:source IS NULL OR source = :source)
)
