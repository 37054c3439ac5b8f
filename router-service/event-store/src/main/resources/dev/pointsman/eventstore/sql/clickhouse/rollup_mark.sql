-- The last complete refresh, and how far each source has come since.
SELECT
  rule, version, as_of, reached,
  marked_at < now64(6) - INTERVAL 6 DAY AS forgotten,
  (SELECT count() FROM (SELECT source, max(seq) AS seq FROM ingest GROUP BY source)
    WHERE seq > m.reached[source]) AS sources_behind
FROM rollup_mark m
WHERE function_name = :function AND metric_name = :metric
ORDER BY version DESC
LIMIT 1
