SELECT source, max(seq) AS seq, max(updated_at) AS updated_at
FROM ingest
GROUP BY source
ORDER BY source
