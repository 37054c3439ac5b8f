SELECT count(*) FROM ${table} WHERE ${id} = :id::UUID
