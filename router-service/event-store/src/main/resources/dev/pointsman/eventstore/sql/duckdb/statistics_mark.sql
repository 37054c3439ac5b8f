-- The rule's mark, and whether any source has come further since.
SELECT
  any_value(reward_rule) AS reward_rule,
  max(as_of) AS as_of,
  EXISTS (
    SELECT 1
    FROM ingest i
    WHERE i.seq > coalesce((
      SELECT m.seq
      FROM statistics_mark m
      WHERE m.function_name = :function AND m.metric_name = :metric AND m.source = i.source), 0)
  ) AS behind
FROM statistics_mark
WHERE function_name = :function AND metric_name = :metric
HAVING count(*) > 0
