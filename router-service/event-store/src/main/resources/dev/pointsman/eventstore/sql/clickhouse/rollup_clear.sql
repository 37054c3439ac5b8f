DELETE FROM ${table}${local}${on_cluster} WHERE bucket >= :from
