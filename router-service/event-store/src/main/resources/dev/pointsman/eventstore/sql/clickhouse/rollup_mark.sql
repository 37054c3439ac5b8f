-- The last complete refresh of a rule, and how far it had read each source.
SELECT
  rule, version, as_of, reached,
  marked_at < now64(6) - INTERVAL 6 DAY AS forgotten
FROM rollup_mark
WHERE function_name = :function AND metric_name = :metric
ORDER BY version DESC
LIMIT 1
