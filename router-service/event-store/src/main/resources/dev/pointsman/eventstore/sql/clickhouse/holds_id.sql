SELECT count() FROM ${table} WHERE ${id} = toUUID(:id)
