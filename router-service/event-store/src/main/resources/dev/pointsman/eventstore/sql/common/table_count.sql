SELECT count(*) AS counted FROM ${table}
