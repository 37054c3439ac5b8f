-- A rule too far behind starts afresh, so that arrivals need not be kept for it.
DELETE FROM ${marks}
WHERE (function_name, metric_name) IN (
  SELECT (m.function_name, m.metric_name)
  FROM ${marks} m
  JOIN ingest i ON i.source = m.source
  WHERE m.seq < i.seq - :most::BIGINT)
