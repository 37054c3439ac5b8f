SELECT ${columns} FROM ${table} WHERE rowid >= :first AND rowid < :end ORDER BY rowid
