-- Which of the ids the store has. The times are those of the rows that are looked for.
SELECT ${key}
FROM ${table}
WHERE ${time} >= :from AND ${time} <= :to
  AND ${key} IN
--include split_ids
