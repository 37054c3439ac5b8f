TRUNCATE TABLE latest_decision${local}${on_cluster}
