-- What every rule has seen is not needed any more; done in steps, since deleting leaves holes.
DELETE FROM arrival
USING (
  SELECT source, min(seq) AS seq
  FROM statistics_mark
  GROUP BY source
  HAVING count(*) = (SELECT count(DISTINCT (function_name, metric_name)) FROM statistics_mark)
) AS seen
WHERE arrival.source = seen.source
  AND arrival.seq <= seen.seq
  AND seen.seq - :step::BIGINT >= (SELECT min(a.seq) FROM arrival a WHERE a.source = seen.source)
