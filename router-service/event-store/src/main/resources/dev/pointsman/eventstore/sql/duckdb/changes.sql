SELECT *
FROM change_event
WHERE "at" >= :from AND "at" < :to
  AND (:function::VARCHAR IS NULL OR function_name IS NULL OR function_name = :function::VARCHAR)
ORDER BY "at", change_id
LIMIT :most
