DELETE FROM ${table} WHERE seconds = 60 AND bucket < :before::TIMESTAMP
