SELECT coalesce(max(seq), 0) FROM ingest WHERE source = :source
