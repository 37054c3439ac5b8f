SELECT *
FROM policy_revision
WHERE function_name = :function AND generation = :generation AND revision = :revision
ORDER BY published_at DESC
LIMIT 1
