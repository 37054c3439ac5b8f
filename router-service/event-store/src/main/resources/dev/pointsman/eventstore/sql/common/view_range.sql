SELECT min(${time}) AS first_at, max(${time}) AS last_at FROM ${table}
