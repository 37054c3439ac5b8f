SELECT count() FROM ${table}
