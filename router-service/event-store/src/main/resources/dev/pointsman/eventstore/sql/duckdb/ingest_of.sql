SELECT seq FROM ingest WHERE source = :source
