TRUNCATE TABLE rollup_mark${local}${on_cluster}
