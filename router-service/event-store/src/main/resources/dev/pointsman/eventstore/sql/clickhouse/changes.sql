SELECT *
FROM change_event
WHERE "at" >= :from AND "at" < :to
  AND (:function IS NULL OR function_name IS NULL OR function_name = :function)
ORDER BY "at", toUInt128(change_id)
LIMIT :most
