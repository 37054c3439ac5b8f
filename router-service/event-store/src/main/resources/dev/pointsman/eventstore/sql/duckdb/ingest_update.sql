UPDATE ingest SET seq = :seq, updated_at = now() AT TIME ZONE 'UTC' WHERE source = :source
