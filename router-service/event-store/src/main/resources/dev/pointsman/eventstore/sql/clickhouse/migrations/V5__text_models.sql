-- Text models as they were published, and which of them a revision's decisions use.
CREATE TABLE IF NOT EXISTS text_model${local}${on_cluster} (
  function_name LowCardinality(String),
  model String,
  published_at DateTime64(6, 'UTC') CODEC(Delta, ZSTD(1)),
  provenance String CODEC(ZSTD(3)),
  body String CODEC(ZSTD(3))
)
ENGINE = ${engine}
ORDER BY (function_name, published_at)
SETTINGS ${window} = 10000;

ALTER TABLE policy_revision${local}${on_cluster}
ADD COLUMN IF NOT EXISTS text_model LowCardinality(Nullable(String));
