-- Revisions that no stored inference was decided by, nor stood beside one that was, but for the last
-- one of each generation, which the next start goes on from. The youngest are left: what they decided
-- may still be on its way.
SELECT function_name, generation, revision
FROM policy_revision
WHERE published_at < (SELECT max(started_at) - INTERVAL 1 DAY FROM inference)
  AND concat(function_name, char(31), generation, char(31), toString(revision)) NOT IN (
    SELECT concat(function_name, char(31), assumeNotNull(policy_generation), char(31),
      toString(assumeNotNull(policy_revision)))
    FROM inference
    WHERE policy_generation IS NOT NULL AND policy_revision IS NOT NULL)
  AND concat(function_name, char(31), generation, '/', toString(revision)) NOT IN (
    SELECT concat(function_name, char(31), features['challenger'])
    FROM inference
    WHERE mapContains(features, 'challenger'))
  AND concat(function_name, char(31), generation, char(31), toString(published_at), char(31),
    toString(revision)) NOT IN (
    SELECT concat(function_name, char(31), generation, char(31),
      toString(tupleElement(latest, 1)), char(31), toString(tupleElement(latest, 2)))
    FROM (
      SELECT function_name, generation, max(tuple(published_at, revision)) AS latest
      FROM policy_revision
      GROUP BY function_name, generation))
LIMIT :most
