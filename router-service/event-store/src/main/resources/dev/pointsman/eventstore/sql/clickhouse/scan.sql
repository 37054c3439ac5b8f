SELECT ${columns} FROM ${table}
