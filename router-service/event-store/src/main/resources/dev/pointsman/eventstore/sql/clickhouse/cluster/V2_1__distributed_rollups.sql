-- The tables that are asked and written to.

ALTER TABLE arrival${on_cluster}
  ADD COLUMN IF NOT EXISTS "at" Nullable(DateTime64(6, 'UTC')) AFTER metric_name;

CREATE TABLE IF NOT EXISTS usage_rollup${on_cluster} AS usage_rollup${local}
ENGINE = Distributed('${cluster}', currentDatabase(), 'usage_rollup${local}', cityHash64(bucket));

CREATE TABLE IF NOT EXISTS decision_rollup${on_cluster} AS decision_rollup${local}
ENGINE = Distributed('${cluster}', currentDatabase(), 'decision_rollup${local}', cityHash64(function_name));

CREATE TABLE IF NOT EXISTS feedback_rollup${on_cluster} AS feedback_rollup${local}
ENGINE = Distributed('${cluster}', currentDatabase(), 'feedback_rollup${local}', cityHash64(bucket));

CREATE TABLE IF NOT EXISTS attempt_rollup${on_cluster} AS attempt_rollup${local}
ENGINE = Distributed('${cluster}', currentDatabase(), 'attempt_rollup${local}', cityHash64(bucket));

CREATE TABLE IF NOT EXISTS rollup_mark${on_cluster} AS rollup_mark${local}
ENGINE = Distributed('${cluster}', currentDatabase(), 'rollup_mark${local}', cityHash64(function_name));
