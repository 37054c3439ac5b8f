-- The last decisions of each function and segment, some more, and some of them twice: what "lately"
-- looks back over. Rows are added by each refresh and trimmed now and then.
CREATE TABLE IF NOT EXISTS latest_decision${local}${on_cluster} (
  function_name LowCardinality(String),
  segment LowCardinality(String),
  started_at DateTime64(6, 'UTC'),
  inference_id UUID,
  candidates Array(LowCardinality(String)),
  propensities Array(Float64)
)
ENGINE = ${engine}
ORDER BY (function_name, segment, started_at)
SETTINGS ${window} = 0;

-- The next refresh computes everything again, these rows among it.
TRUNCATE TABLE rollup_mark${local}${on_cluster};
