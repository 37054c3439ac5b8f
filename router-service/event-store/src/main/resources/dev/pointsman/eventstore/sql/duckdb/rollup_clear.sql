DELETE FROM ${table} WHERE bucket >= :from::TIMESTAMP
