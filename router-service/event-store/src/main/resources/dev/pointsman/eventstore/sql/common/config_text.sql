SELECT text FROM config_snapshot WHERE config_hash = :hash ORDER BY first_seen LIMIT 1
