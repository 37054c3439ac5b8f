-- A rule too far behind starts afresh, so that arrivals need not be kept for it.
DELETE FROM statistics_mark
WHERE (function_name, metric_name) IN (
  SELECT (m.function_name, m.metric_name)
  FROM statistics_mark m
  JOIN ingest i ON i.source = m.source
  WHERE m.seq < i.seq - :most::BIGINT)
