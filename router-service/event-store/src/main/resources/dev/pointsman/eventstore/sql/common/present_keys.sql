-- The same for tables whose rows have no id: the first key column is text.
SELECT ${columns}
FROM ${table}
WHERE ${time} >= :from AND ${time} <= :to
  AND ${key} IN
--include split_keys
