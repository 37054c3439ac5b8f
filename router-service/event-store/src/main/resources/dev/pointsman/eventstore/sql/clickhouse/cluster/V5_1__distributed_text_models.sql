CREATE TABLE IF NOT EXISTS text_model${on_cluster} AS text_model${local}
ENGINE = Distributed('${cluster}', currentDatabase(), 'text_model${local}', cityHash64(function_name));

ALTER TABLE policy_revision${on_cluster}
ADD COLUMN IF NOT EXISTS text_model LowCardinality(Nullable(String));
