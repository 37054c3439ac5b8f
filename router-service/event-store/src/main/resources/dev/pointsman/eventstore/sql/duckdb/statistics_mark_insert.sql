-- One row per source, and one of no source so that an empty store has a mark too.
INSERT INTO statistics_mark (function_name, metric_name, reward_rule, source, seq, as_of)
SELECT :function, :metric, :reward_rule, source, seq, :as_of::TIMESTAMP FROM ingest
UNION ALL
SELECT :function, :metric, :reward_rule, '', 0, :as_of::TIMESTAMP
