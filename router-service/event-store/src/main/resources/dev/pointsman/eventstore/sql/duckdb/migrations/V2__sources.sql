-- What is stored comes from named sources, each with its own numbers: the spool of this directory,
-- and imports. Until now there was only the spool, which had no name.

ALTER TABLE ingest RENAME TO ingest_before;
CREATE TABLE ingest (source VARCHAR NOT NULL, seq BIGINT NOT NULL, updated_at TIMESTAMP);
INSERT INTO ingest SELECT '${spool}', seq, updated_at FROM ingest_before;
DROP TABLE ingest_before;

ALTER TABLE arrival RENAME TO arrival_before;
CREATE TABLE arrival (
  source VARCHAR NOT NULL,
  seq BIGINT NOT NULL,
  function_name VARCHAR,
  episode_id UUID,
  target_type VARCHAR,
  target_id UUID,
  metric_name VARCHAR
);
INSERT INTO arrival
SELECT '${spool}', seq, function_name, episode_id, target_type, target_id, metric_name
FROM arrival_before;
DROP TABLE arrival_before;

-- One row per source: how far each rule's statistics reach in it.
ALTER TABLE statistics_mark RENAME TO statistics_mark_before;
CREATE TABLE statistics_mark (
  function_name VARCHAR NOT NULL,
  metric_name VARCHAR NOT NULL,
  reward_rule VARCHAR NOT NULL,
  source VARCHAR NOT NULL,
  seq BIGINT NOT NULL,
  as_of TIMESTAMP NOT NULL
);
INSERT INTO statistics_mark
SELECT function_name, metric_name, reward_rule, '${spool}', seq, as_of FROM statistics_mark_before;
DROP TABLE statistics_mark_before;
