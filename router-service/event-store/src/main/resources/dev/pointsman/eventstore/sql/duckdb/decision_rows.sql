-- The rows of a range: minutes at its edges, hours and days where they are whole.
part AS (
  SELECT *
  FROM decision_rollup
  WHERE seconds = 60
    AND bucket >= :from::TIMESTAMP AND bucket < :to::TIMESTAMP
    AND (bucket < :first_hour::TIMESTAMP OR bucket >= :last_hour::TIMESTAMP)
  UNION ALL
  SELECT *
  FROM decision_rollup
  WHERE seconds = 3600
    AND bucket >= :first_hour::TIMESTAMP AND bucket < :last_hour::TIMESTAMP
    AND (bucket < :first_day::TIMESTAMP OR bucket >= :last_day::TIMESTAMP)
  UNION ALL
  SELECT *
  FROM decision_rollup
  WHERE seconds = 86400
    AND bucket >= :first_day::TIMESTAMP AND bucket < :last_day::TIMESTAMP
),
kept AS (
  SELECT *
  FROM part
  SEMI JOIN asked USING (function_name, metric_name)
  WHERE (:segment::VARCHAR IS NULL OR segment = :segment::VARCHAR)
    AND (:variant::VARCHAR IS NULL OR variant = :variant::VARCHAR)
    AND (:generation::VARCHAR IS NULL OR generation = :generation::VARCHAR)
    AND (:lane::VARCHAR IS NULL OR lane = :lane::VARCHAR)
    AND (:model::VARCHAR IS NULL OR model = :model::VARCHAR)
    AND (:key::VARCHAR IS NULL OR key_id = :key::VARCHAR)
    AND (:team::VARCHAR IS NULL OR team_id = :team::VARCHAR)
    AND (:tags::VARCHAR IS NULL OR list_has_all(
      list_transform(map_entries(tags), lambda tag: tag.key || chr(30) || tag.value),
      string_split(:tags::VARCHAR, chr(31))))
)
