SELECT function_name, generation, revision, published_at, provenance
FROM policy_revision
WHERE function_name = :function AND published_at >= :from AND published_at < :to
ORDER BY published_at DESC, revision DESC
LIMIT :most
