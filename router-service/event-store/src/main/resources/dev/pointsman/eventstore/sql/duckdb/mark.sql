-- The rule's mark, and whether any source has come further since.
SELECT
  any_value(rule) AS rule,
  max(as_of) AS as_of,
  EXISTS (
    SELECT 1
    FROM ingest i
    WHERE i.seq > coalesce((
      SELECT m.seq
      FROM ${marks} m
      WHERE m.function_name = :function AND m.metric_name = :metric AND m.source = i.source), 0)
  ) AS behind
FROM ${marks}
WHERE function_name = :function AND metric_name = :metric
HAVING count(*) > 0
