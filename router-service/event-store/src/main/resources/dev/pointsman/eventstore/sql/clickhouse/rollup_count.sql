SELECT count() AS found FROM ${table} WHERE bucket >= :from
