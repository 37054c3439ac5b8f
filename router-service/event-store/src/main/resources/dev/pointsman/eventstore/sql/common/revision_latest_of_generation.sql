SELECT *
FROM policy_revision
WHERE function_name = :function AND generation = :generation
ORDER BY published_at DESC, revision DESC
LIMIT 1
