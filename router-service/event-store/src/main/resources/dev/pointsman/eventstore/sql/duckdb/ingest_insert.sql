INSERT INTO ingest (source, seq, updated_at) VALUES (:source, :seq, now() AT TIME ZONE 'UTC')
