-- The rows of a range: minutes at its edges, hours and days where they are whole.
part AS (
  SELECT *
  FROM attempt_rollup
  WHERE seconds = 60
    AND bucket >= :from::TIMESTAMP AND bucket < :to::TIMESTAMP
    AND (bucket < :first_hour::TIMESTAMP OR bucket >= :last_hour::TIMESTAMP)
  UNION ALL
  SELECT *
  FROM attempt_rollup
  WHERE seconds = 3600
    AND bucket >= :first_hour::TIMESTAMP AND bucket < :last_hour::TIMESTAMP
    AND (bucket < :first_day::TIMESTAMP OR bucket >= :last_day::TIMESTAMP)
  UNION ALL
  SELECT *
  FROM attempt_rollup
  WHERE seconds = 86400
    AND bucket >= :first_day::TIMESTAMP AND bucket < :last_day::TIMESTAMP
),
kept AS (
  SELECT *
  FROM part
  WHERE (:function::VARCHAR IS NULL OR function_name = :function::VARCHAR)
    AND (:variant::VARCHAR IS NULL OR variant = :variant::VARCHAR)
    AND (:model::VARCHAR IS NULL OR model = :model::VARCHAR)
    AND (:provider::VARCHAR IS NULL OR provider = :provider::VARCHAR)
)
