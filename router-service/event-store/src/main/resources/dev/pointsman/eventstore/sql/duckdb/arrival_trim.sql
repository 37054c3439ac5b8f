-- What everything derived has seen is not needed any more; done in steps, since deleting leaves holes.
DELETE FROM arrival
USING (
  SELECT source, min(seq) AS seq
  FROM (
    SELECT 'statistics' AS derived, function_name, metric_name, source, seq FROM statistics_mark
    UNION ALL
    SELECT 'rollup', function_name, metric_name, source, seq FROM rollup_mark
  )
  GROUP BY source
  HAVING count(*) = (
    (SELECT count(DISTINCT (function_name, metric_name)) FROM statistics_mark)
    + (SELECT count(DISTINCT (function_name, metric_name)) FROM rollup_mark))
) AS seen
WHERE arrival.source = seen.source
  AND arrival.seq <= seen.seq
  AND seen.seq - :step::BIGINT >= (SELECT min(a.seq) FROM arrival a WHERE a.source = seen.source)
