SELECT *
FROM policy_revision
WHERE function_name = :function
ORDER BY published_at DESC, revision DESC
LIMIT 1
