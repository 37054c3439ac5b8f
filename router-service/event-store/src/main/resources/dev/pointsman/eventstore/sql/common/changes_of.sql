SELECT *
FROM change_event
WHERE object = :object
ORDER BY "at" DESC
LIMIT :most
