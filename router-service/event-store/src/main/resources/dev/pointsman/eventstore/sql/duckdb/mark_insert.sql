-- One row per source, and one of no source so that an empty store has a mark too.
INSERT INTO ${marks} (function_name, metric_name, rule, source, seq, as_of)
SELECT :function, :metric, :rule, source, max(seq), :as_of::TIMESTAMP FROM ingest GROUP BY source
UNION ALL
SELECT :function, :metric, :rule, '', 0, :as_of::TIMESTAMP
