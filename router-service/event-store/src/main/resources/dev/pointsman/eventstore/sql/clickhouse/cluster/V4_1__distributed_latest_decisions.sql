CREATE TABLE IF NOT EXISTS latest_decision${on_cluster} AS latest_decision${local}
ENGINE = Distributed('${cluster}', currentDatabase(), 'latest_decision${local}', cityHash64(function_name));
