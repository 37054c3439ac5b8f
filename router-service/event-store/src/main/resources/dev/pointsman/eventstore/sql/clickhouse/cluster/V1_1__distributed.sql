-- The tables that are asked and written to: each spreads over the shards what belongs together.

CREATE TABLE IF NOT EXISTS inference${on_cluster} AS inference${local}
ENGINE = Distributed('${cluster}', currentDatabase(), 'inference${local}', cityHash64(episode_id));

CREATE TABLE IF NOT EXISTS inference_payload${on_cluster} AS inference_payload${local}
ENGINE = Distributed('${cluster}', currentDatabase(), 'inference_payload${local}', cityHash64(inference_id));

CREATE TABLE IF NOT EXISTS attempt${on_cluster} AS attempt${local}
ENGINE = Distributed('${cluster}', currentDatabase(), 'attempt${local}', cityHash64(inference_id));

CREATE TABLE IF NOT EXISTS attempt_payload${on_cluster} AS attempt_payload${local}
ENGINE = Distributed('${cluster}', currentDatabase(), 'attempt_payload${local}', cityHash64(inference_id));

CREATE TABLE IF NOT EXISTS feedback${on_cluster} AS feedback${local}
ENGINE = Distributed('${cluster}', currentDatabase(), 'feedback${local}', cityHash64(target_id));

CREATE TABLE IF NOT EXISTS policy_revision${on_cluster} AS policy_revision${local}
ENGINE = Distributed('${cluster}', currentDatabase(), 'policy_revision${local}', cityHash64(function_name));

CREATE TABLE IF NOT EXISTS change_event${on_cluster} AS change_event${local}
ENGINE = Distributed('${cluster}', currentDatabase(), 'change_event${local}', cityHash64(change_id));

CREATE TABLE IF NOT EXISTS config_snapshot${on_cluster} AS config_snapshot${local}
ENGINE = Distributed('${cluster}', currentDatabase(), 'config_snapshot${local}', cityHash64(config_hash));

CREATE TABLE IF NOT EXISTS ingest${on_cluster} AS ingest${local}
ENGINE = Distributed('${cluster}', currentDatabase(), 'ingest${local}', cityHash64(source));

CREATE TABLE IF NOT EXISTS arrival${on_cluster} AS arrival${local}
ENGINE = Distributed('${cluster}', currentDatabase(), 'arrival${local}', cityHash64(source));

CREATE TABLE IF NOT EXISTS statistics${on_cluster} AS statistics${local}
ENGINE = Distributed('${cluster}', currentDatabase(), 'statistics${local}', cityHash64(function_name));

CREATE TABLE IF NOT EXISTS statistics_mark${on_cluster} AS statistics_mark${local}
ENGINE = Distributed('${cluster}', currentDatabase(), 'statistics_mark${local}', cityHash64(function_name));
