TRUNCATE TABLE ${table}${local}${on_cluster}
