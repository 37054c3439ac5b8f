SELECT source, max(seq) AS seq FROM ingest GROUP BY source ORDER BY source
