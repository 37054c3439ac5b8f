ALTER TABLE ${table}${local}${on_cluster} REMOVE TTL
