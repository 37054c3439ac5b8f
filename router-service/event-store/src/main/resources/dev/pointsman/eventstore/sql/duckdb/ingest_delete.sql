DELETE FROM ingest WHERE source = :source
