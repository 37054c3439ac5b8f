-- Revisions that no stored inference was decided by, nor stood beside one that was, but for the last
-- one of each generation, which the next start goes on from. The youngest are left: what they decided
-- may still be on its way.
DELETE FROM policy_revision
WHERE published_at < (SELECT max(started_at) - INTERVAL 1 DAY FROM inference)
  AND (function_name, generation, revision) NOT IN (
    SELECT (function_name, policy_generation, policy_revision)
    FROM inference
    WHERE policy_generation IS NOT NULL AND policy_revision IS NOT NULL)
  AND (function_name, generation || '/' || revision) NOT IN (
    SELECT (function_name, features['challenger'])
    FROM inference
    WHERE features['challenger'] IS NOT NULL)
  AND (function_name, generation, published_at, revision) NOT IN (
    SELECT (function_name, generation, max_by(published_at, (published_at, revision)),
      max_by(revision, (published_at, revision)))
    FROM policy_revision
    GROUP BY function_name, generation)
