UPDATE ingest SET updated_at = now() AT TIME ZONE 'UTC'
