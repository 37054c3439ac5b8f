DELETE FROM ${table}${local}${on_cluster} WHERE seconds = 60 AND bucket < :before
