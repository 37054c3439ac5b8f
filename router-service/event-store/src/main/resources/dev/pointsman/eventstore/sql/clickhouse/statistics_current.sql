-- The rows that count: of each bucket those of its last complete refresh.
current_statistics AS (
  SELECT *
  FROM statistics
  WHERE function_name = :function AND metric_name = :metric
    AND bucket >= :from AND bucket < :to AND variant <> ''
    AND (bucket, version) IN (
      SELECT bucket, max(version)
      FROM statistics
      WHERE function_name = :function AND metric_name = :metric
        AND bucket >= :from AND bucket < :to
        AND version IN (
          SELECT version FROM statistics_mark
          WHERE function_name = :function AND metric_name = :metric)
      GROUP BY bucket)
)
